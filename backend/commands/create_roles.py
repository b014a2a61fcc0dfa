"""On your own PostgreSQL (15 or newer): make the three roles, the database and its extensions, and print the three URLs.

Repeatable. A role whose URL the environment already gives (DATABASE_URL, DATABASE_OWNER_URL, DATABASE_SYSTEM_URL) gets the password
of that URL; the others get a new random one at every run.
"""

import argparse
import os
import secrets
import sys
from urllib.parse import unquote, urlsplit

import psycopg

from backend import roles_sql

PROCESS = "none"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--admin-url", required=True, help="postgresql://SUPERUSER:PASSWORD@HOST:PORT/postgres")
    parser.add_argument("--dbname", default="yike")
    parser.add_argument(
        "--template1", action="store_true", help="extensions in template1 too, for running the tests there"
    )


def run(args: argparse.Namespace) -> int:
    try:
        urls = roles_sql.create(args.admin_url, args.dbname, passwords(), template1=args.template1)
    except psycopg.Error as wrong:
        print(f"The roles were not made: {wrong}", file=sys.stderr)
        return 1
    for name, url in urls.environment().items():
        print(f"{name}={url}")
    return 0


def passwords() -> dict[str, str]:
    """Role → password, from the URLs of the environment where they are given."""
    found = {role: secrets.token_urlsafe(24) for role in roles_sql.ROLES}
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SYSTEM_URL"):
        parts = urlsplit(os.environ.get(name, ""))
        if parts.username in found and parts.password:
            found[parts.username] = unquote(parts.password)
    return found
