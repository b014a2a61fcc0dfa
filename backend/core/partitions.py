"""Tables partitioned by month: signals, stream events, deliveries, audit.

They are leaves without incoming foreign keys; what must be unique lives in small unpartitioned tables. A default partition catches
what no month covers, so that an insert never fails for want of a partition.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection, migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

from backend.core.clock import now

AHEAD = 3


class CreatePartitionedModel(migrations.CreateModel):
    """CreateModel with `PARTITION BY RANGE (at)`; the model's primary key is (`at`, `id`)."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        sql, params = schema_editor.table_sql(model)
        schema_editor.execute(f"{sql} PARTITION BY RANGE (at)", params or None)
        table = model._meta.db_table
        schema_editor.execute(f'CREATE TABLE "{table}_default" PARTITION OF "{table}" DEFAULT')
        schema_editor.deferred_sql.extend(schema_editor._model_indexes_sql(model))  # type: ignore[attr-defined]
        for month in _months(now().date(), AHEAD):
            schema_editor.execute(_create(table, month))


def _months(day: date, ahead: int) -> list[date]:
    months = [day.replace(day=1)]
    for _ in range(ahead):
        months.append((months[-1] + timedelta(days=32)).replace(day=1))
    return months


def _create(table: str, month: date) -> str:
    start = datetime(month.year, month.month, 1, tzinfo=UTC)
    end = (start + timedelta(days=32)).replace(day=1)
    name = f"{table}_{month:%Y%m}"
    bounds = f"FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"
    return f'CREATE TABLE IF NOT EXISTS "{name}" PARTITION OF "{table}" FOR VALUES {bounds}'


def partitioned_models() -> list[type[models.Model]]:
    """Every model whose table is partitioned (its key is `at`, `id`)."""
    return [m for m in apps.get_models() if [f.name for f in m._meta.pk_fields] == ["at", "id"]]


def ensure_months(ahead: int = AHEAD) -> int:
    """Create the partitions of this month and the next ones; returns how many were made. Needs the owner's rights."""
    made = 0
    with connection.cursor() as cursor:
        for model in partitioned_models():
            table = model._meta.db_table
            for month in _months(now().date(), ahead):
                cursor.execute("SELECT to_regclass(%s)", [f'"{table}_{month:%Y%m}"'])
                if (cursor.fetchone() or (None,))[0] is None:
                    cursor.execute("SELECT yike_add_partition(%s, %s)", [table, month])
                    made += 1
    return made


ADD_PARTITION: Any = """
CREATE OR REPLACE FUNCTION yike_add_partition(parent text, month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_partitioned_table WHERE partrelid = parent::regclass) THEN
    RAISE EXCEPTION '% is not a partitioned table', parent;
  END IF;
  EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
    parent || '_' || to_char(month, 'YYYYMM'), parent,
    date_trunc('month', month)::timestamp AT TIME ZONE 'UTC',
    (date_trunc('month', month) + interval '1 month')::timestamp AT TIME ZONE 'UTC');
  EXECUTE format('REVOKE ALL ON %I FROM yike_app, yike_system', parent || '_' || to_char(month, 'YYYYMM'));
END $$;
REVOKE ALL ON FUNCTION yike_add_partition(text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION yike_add_partition(text, date) TO yike_system;
"""
