"""On your own PostgreSQL (15 or newer): make the three roles, the database and its extensions, and print the three URLs.

Run it once, and again whenever you like: every run gives the roles new passwords, so set the URLs anew.
"""

import argparse
import sys

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
        urls = roles_sql.create(args.admin_url, args.dbname, template1=args.template1)
    except psycopg.Error as wrong:
        print(f"The roles were not made: {wrong}", file=sys.stderr)
        return 1
    for name, url in urls.environment().items():
        print(f"{name}={url}")
    return 0
