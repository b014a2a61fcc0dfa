"""The three database roles, the database and its extensions, on any PostgreSQL from 15 on.

| role | for | may |
|---|---|---|
| `yike_owner` | migrations, tests, commands | owns the database, CREATEDB, member of both others |
| `yike_app` | web and sockets | rows only, behind the row walls |
| `yike_system` | worker and receivers | rows only, past the row walls by policy |

None is a superuser and none has BYPASSRLS.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROLES = ("yike_owner", "yike_app", "yike_system")
EXTENSIONS = ("pg_trgm", "btree_gist", "btree_gin", "unaccent")


@dataclass(frozen=True)
class Urls:
    """One connection URL for each role; all reach the same database on `port`."""

    app: str
    owner: str
    system: str
    port: int

    def environment(self) -> dict[str, str]:
        """The three variables that `backend.env` reads."""
        return {
            "DATABASE_URL": self.app,
            "DATABASE_OWNER_URL": self.owner,
            "DATABASE_SYSTEM_URL": self.system,
        }


def urls(admin_url: str, dbname: str, passwords: dict[str, str]) -> Urls:
    """The roles' URLs on the server that `admin_url` names; its options (such as `sslmode`) are kept."""
    parts = urlsplit(admin_url)
    place = parts.netloc.rpartition("@")[2]

    def url(role: str) -> str:
        return urlunsplit(
            ("postgresql", f"{role}:{quote(passwords[role], safe='')}@{place}", f"/{dbname}", parts.query, "")
        )

    return Urls(app=url("yike_app"), owner=url("yike_owner"), system=url("yike_system"), port=parts.port or 5432)


def create(admin_url: str, dbname: str, passwords: dict[str, str], *, template1: bool = False) -> Urls:
    """Make roles, database and extensions as the superuser of `admin_url`, or bring them up to date. Repeatable.

    Every role gets its password of `passwords`. With `template1` the extensions are also in every database made later, as the
    test databases are.
    """
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for role in ROLES:
            _role(admin, role, passwords[role])
        admin.execute("GRANT yike_app, yike_system TO yike_owner")
        _database(admin, dbname)
    for name in ("template1", dbname) if template1 else (dbname,):
        with psycopg.connect(admin_url, dbname=name, autocommit=True) as database:
            for extension in EXTENSIONS:
                database.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    return urls(admin_url, dbname, passwords)


def _role(admin: psycopg.Connection, role: str, password: str) -> None:
    known = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    scram = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    admin.execute(
        sql.SQL("{} ROLE {} LOGIN INHERIT NOSUPERUSER NOCREATEROLE NOBYPASSRLS {} PASSWORD {}").format(
            sql.SQL("ALTER" if known else "CREATE"),
            sql.Identifier(role),
            sql.SQL("CREATEDB" if role == "yike_owner" else "NOCREATEDB"),
            sql.Literal(scram.decode()),
        )
    )


def _database(admin: psycopg.Connection, dbname: str) -> None:
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [dbname]).fetchone():
        admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO yike_owner").format(sql.Identifier(dbname)))
        return
    ctype = admin.execute("SELECT datctype FROM pg_database WHERE datname = 'template0'").fetchone()
    # Under the locale C trigrams see no Chinese.
    locale = "LOCALE 'C.UTF-8' LOCALE_PROVIDER libc" if ctype in {("C",), ("POSIX",)} else ""
    admin.execute(
        sql.SQL("CREATE DATABASE {} OWNER yike_owner TEMPLATE template0 ENCODING 'UTF8' {}").format(
            sql.Identifier(dbname), sql.SQL(locale)
        )
    )
