"""What every test may use: the cast, HTTP clients, a clock that moves, threads at a barrier."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.management.commands import flush
from django.db import connection
from django.test.client import ClientHandler

from backend import embedded
from backend.core import clock, grants, hints
from tests import cast as casting
from tests.environment import SHARED

# Tables that migrations and their signals fill: they are the same for every test.
KEPT = {
    "auth_permission",
    "core_auditepoch",
    "directory_listedterm",
    "directory_listedterm_categories",
    "directory_taxonomy",
    "directory_taxonomyterm",
    "django_content_type",
    "django_migrations",
}
SMALL = 512 * 1024  # bytes
EMPTY_THE_FULL = """
DO $$ DECLARE one record; large text[] := '{}'; BEGIN
  FOR one IN
    SELECT whole.relname AS name, sum(pg_relation_size(part.oid)) AS bytes FROM pg_class part
    JOIN pg_class whole ON whole.oid = CASE WHEN part.relispartition THEN pg_partition_root(part.oid) ELSE part.oid END
    WHERE part.relkind = 'r' AND whole.relnamespace = 'public'::regnamespace AND whole.relname = ANY (ARRAY[%s])
    GROUP BY 1 HAVING sum(pg_relation_size(part.oid)) > 0 ORDER BY 1
  LOOP
    EXECUTE format('LOCK TABLE %%I IN EXCLUSIVE MODE', one.name);
    IF one.bytes > %s OR NOT has_parameter_privilege('session_replication_role', 'SET') THEN
      large := large || format('%%I', one.name);
    ELSE
      SET LOCAL session_replication_role = replica;
      EXECUTE format('DELETE FROM %%I', one.name);
    END IF;
  END LOOP;
  IF array_length(large, 1) > 0 THEN EXECUTE 'TRUNCATE ' || array_to_string(large, ', ') || ' CASCADE'; END IF;
END $$
"""


def _empty(style: Any, tables: Any, **options: Any) -> list[str]:
    """Empty the tables that hold rows: a test with real transactions fills few of the hundred.

    Deleting few rows takes a tenth of the time of TRUNCATE, which makes every file of a table and its indexes anew; triggers
    (rows that are never deleted, foreign keys) do not run meanwhile. Whoever still writes is waited for, as by TRUNCATE.
    """
    names = ", ".join(f"'{name}'" for name in sorted(set(tables) - KEPT))
    return [EMPTY_THE_FULL % (names, SMALL)]


def _let_the_owner_delete() -> None:
    """On our own server alone; on another the tables are truncated."""
    own = embedded._Cluster.at(SHARED)
    if (own.place / "port").exists() and connection.settings_dict["PORT"] == str(own.port):
        with psycopg.connect(own.admin_url, autocommit=True) as admin:
            admin.execute("GRANT SET ON PARAMETER session_replication_role TO yike_owner")


def pytest_collection_finish() -> None:
    """What was imported stays: the collector of garbage need not walk through all of it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, migrated by its owner, with the rights of the two working roles."""
    with django_db_blocker.unblock():
        grants.grant(connection)
        _let_the_owner_delete()
    patch = pytest.MonkeyPatch()
    patch.setattr(connection.ops, "sql_flush", _empty)
    patch.setattr(flush, "emit_post_migrate_signal", lambda *_, **__: None)
    yield
    patch.undo()
    hints.close()


@pytest.fixture(scope="session", autouse=True)
def one_stack() -> Iterator[None]:
    """All test clients share the middleware that the first one loaded, as requests of one server do, unless a setting changed."""
    loaded: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def load(handler: ClientHandler, is_async: bool = False) -> None:
        now = {name: getattr(settings, name) for name in dir(settings) if name.isupper()} | {"is_async": is_async}
        for then, middleware in loaded:
            if now == then:
                vars(handler).update(middleware)
                return
        before = vars(handler).copy()
        BaseHandler.load_middleware(handler, is_async)
        loaded.append((now, {name: value for name, value in vars(handler).items() if name not in before}))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClientHandler, "load_middleware", load, raising=False)
        yield


@pytest.fixture
def cast(db: None) -> casting.Cast:
    return casting.Cast()


@pytest.fixture
def client_for() -> Callable[..., casting.Http]:
    """`client_for(cast.wang)`, or `client_for(None)` for nobody."""
    return casting.Http


@pytest.fixture
def barrier() -> Callable[[int, Callable[[int], Any]], list[Any]]:
    return casting.barrier


@pytest.fixture
def moved_clock() -> Callable[[timedelta], AbstractContextManager[None]]:
    """`with moved_clock(timedelta(minutes=5)): …`"""
    return clock.moved
