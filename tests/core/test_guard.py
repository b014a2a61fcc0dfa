"""A process that serves people refuses to start with a role that the row walls do not hold."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from backend.core import guard
from tests.cast import as_app


@pytest.mark.django_db
def test_the_plain_role_may_serve() -> None:
    with as_app():
        guard.refuse_powerful_role()


@pytest.mark.django_db
def test_the_owner_of_the_tables_may_not_serve() -> None:
    with pytest.raises(guard.TooPowerful, match="owns the tables"):
        guard.refuse_powerful_role()


@pytest.mark.django_db
@pytest.mark.parametrize("process", ["worker", "sockets"])
def test_a_process_does_not_start_with_the_owners_role(process: str) -> None:
    url = urlsplit(os.environ["DATABASE_OWNER_URL"])
    owner = urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}"))
    urls = {"DATABASE_URL": owner, "DATABASE_SYSTEM_URL": owner, "DATABASE_OWNER_URL": owner}
    command = [sys.executable, "-m", "backend", process]
    run = subprocess.run(command, env=os.environ | urls, capture_output=True, text=True, timeout=90)
    assert run.returncode != 0
    assert "yike_owner owns the tables" in run.stderr
