"""Bring the database up to date: migrations, partitions ahead of time, the roles' rights. Arguments go to Django's migrate."""

import argparse

from django.core.management import call_command
from django.db import connection

from backend.core import grants, partitions
from backend.up import database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", nargs="*", help="APP [MIGRATION], as for Django's migrate; nothing for all")


def run(args: argparse.Namespace) -> None:
    call_command("migrate", *args.target, interactive=False, verbosity=1)
    grants.grant(connection)
    if args.target:  # half-way on purpose: no longer what the fingerprint says
        database.note(migrations=None)
        return
    partitions.ensure_months()
    grants.grant(connection)
    database.note(migrations=database.fingerprint())
