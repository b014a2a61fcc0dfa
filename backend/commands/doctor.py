"""Say what this machine has and what is wrong, without changing anything."""

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg

from backend import embedded_files
from backend.core import ports
from backend.up import database

PROCESS = "none"
Finding = tuple[bool, str]


def add_arguments(parser: argparse.ArgumentParser) -> None: ...


def run(args: argparse.Namespace) -> int:
    findings = list(_findings())
    for is_good, line in findings:
        print(f"{'ok  ' if is_good else 'BAD '} {line}")
    return 0 if all(is_good for is_good, _ in findings) else 1


def _findings() -> Iterator[Finding]:
    yield sys.version_info >= (3, 11), f"Python {sys.version.split()[0]} (3.11 or newer)"
    home = database.home()
    yield True, f"state under {home}" + ("" if home.exists() else ", which the first start makes")
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free // 2**20
    yield free > 1024, f"{free} MiB free there (1024 or more)"
    try:
        from backend.env import env

        yield True, f"environment: demo={env.demo}, hints by {'Valkey' if env.redis_url else 'PostgreSQL'}"
    except SystemExit as wrong:
        yield False, str(wrong)
        return
    if database.is_given():
        yield from _given()
    else:
        yield from _embedded()
    for name, port in ports.read(home).items():
        yield True, f"published port {name} {port}"


def _embedded() -> Iterator[Finding]:
    try:
        yield True, f"embedded PostgreSQL in {embedded_files.binaries(embedded_files.account())}"
    except embedded_files.DatabaseDown as wrong:
        yield False, str(wrong)


def _given() -> Iterator[Finding]:
    for name in database.VARIABLES:
        try:
            with psycopg.connect(os.environ[name], connect_timeout=5) as connection:
                row = connection.execute(
                    "SELECT current_user, rolsuper OR rolbypassrls, current_setting('server_version_num')::int, now(),"
                    " (SELECT count(*) FROM pg_extension WHERE extname = ANY(%s))"
                    " FROM pg_roles WHERE rolname = current_user",
                    [["pg_trgm", "btree_gist", "btree_gin", "unaccent"]],
                ).fetchone()
        except psycopg.Error as wrong:
            yield False, f"{name}: {wrong}"
            continue
        assert row is not None
        role, is_mighty, version, there, extensions = row
        skew = abs((datetime.now(UTC) - there).total_seconds())
        yield not is_mighty, f"{name}: role {role}" + (" is a superuser or bypasses row walls" if is_mighty else "")
        yield version >= 150000, f"{name}: PostgreSQL {version // 10000} (15 or newer)"
        yield extensions == 4, f"{name}: {extensions} of 4 extensions (create-roles makes them)"
        yield skew < 1, f"{name}: clock {skew:.2f} s away (less than 1)"
