"""Retention: how long rows are kept, by table; run once a day by one worker, tried with `python -m backend retention --dry-run`.

A table that is partitioned by month loses whole months. What the law wants kept (`floor`) is only reported: nobody here deletes
it, an operator archives it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import structlog
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.db.models import Q

from backend.core.clock import now
from backend.core.cron import every
from backend.core.partitions import partitioned_models

log = structlog.get_logger(__name__)
BATCH = 1000


@dataclass(frozen=True, eq=False)
class Rule:
    """Rows of `model` that match `only` are kept `days` after the time in `by`; `files` name columns of media files.

    `floor`: the law asks for at least so long; never deleted here.
    """

    model: type[models.Model]
    days: int
    by: str
    only: Q
    files: tuple[str, ...] = ()
    floor: bool = False

    @property
    def name(self) -> str:
        return f"{self.model._meta.label} · {self.by}"

    @property
    def is_monthly(self) -> bool:
        return self.model in partitioned_models()

    def horizon(self) -> datetime:
        return now() - timedelta(days=self.days)

    def due(self) -> models.QuerySet[models.Model]:
        """The rows that are older than they may be kept."""
        found = self.model._default_manager.filter(self.only, **{f"{self.by}__lt": self.horizon()})
        return found.order_by()

    def months(self) -> list[tuple[str, date]]:
        """(partition, its first day) of the months that have wholly passed."""
        table = self.model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass(%s)",
                [f'"{table}"'],
            )
            names = sorted(name for (name,) in cursor.fetchall() if name.removeprefix(f"{table}_").isdigit())
        found = [(name, datetime.strptime(name[-6:], "%Y%m").replace(tzinfo=UTC)) for name in names]
        return [(name, at.date()) for name, at in found if (at + timedelta(days=32)).replace(day=1) <= self.horizon()]


@dataclass(frozen=True)
class Found:
    """What a rule found: rows that are too old, and for partitioned tables how many months of them."""

    rule: Rule
    rows: int
    months: int = 0


_rules: list[Rule] = []


def keep(
    model: type[models.Model],
    days: int,
    *,
    by: str = "created_at",
    only: Q | None = None,
    files: tuple[str, ...] = (),
    floor: bool = False,
) -> Rule:
    """Register how long the rows of a table are kept (from the room's `privacy.py`)."""
    made = Rule(model, days, by, only if only is not None else Q(), files, floor)
    _rules.append(made)
    return made


def rules() -> list[Rule]:
    return sorted(_rules, key=lambda rule: rule.name)


def ruled() -> frozenset[type[models.Model]]:
    """The tables that a rule is registered for."""
    return frozenset(rule.model for rule in _rules)


def look() -> Iterator[Found]:
    """What every rule would delete now (and, for what is only kept by law, what has outlived that)."""
    for rule in rules():
        if rule.is_monthly:
            months = rule.months()
            rows = rule.due().filter(at__lt=_end(months[-1][1])).count() if months else 0
            yield Found(rule, rows, len(months))
        else:
            yield Found(rule, rule.due().count())


def run() -> int:
    """Delete what is older than it is kept; returns how many rows and months went. One rule that fails stops no other."""
    count = 0
    for rule in rules():
        if rule.floor:
            continue
        try:
            gone = _drop_months(rule) if rule.is_monthly else _delete(rule)
        except Exception:
            log.exception("retention.failed", rule=rule.name)
            continue
        if gone:
            log.info("retention.deleted", rule=rule.name, count=gone)
        count += gone
    return count


def _delete(rule: Rule) -> int:
    """In small transactions; media files go before the rows that name them."""
    count = 0
    while keys := list(rule.due().values_list("pk", *rule.files)[:BATCH]):
        for _, *names in keys:
            for name in filter(None, names):
                default_storage.delete(name)
        with transaction.atomic():
            rule.model._default_manager.filter(pk__in=[key for key, *_ in keys]).delete()
        count += len(keys)
    return count


def _drop_months(rule: Rule) -> int:
    months = rule.months()
    for _, month in months:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT yike_drop_partition(%s, %s)", [rule.model._meta.db_table, month])
    return len(months)


def _end(month: date) -> datetime:
    first = datetime(month.year, month.month, 1, tzinfo=UTC)
    return (first + timedelta(days=32)).replace(day=1)


every(seconds=86_400, name="retention.run")(run)

DROP_PARTITION = """
CREATE OR REPLACE FUNCTION yike_drop_partition(parent text, month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET lock_timeout = '2s' AS $$
DECLARE part text := parent || '_' || to_char(month, 'YYYYMM');
BEGIN
  IF parent LIKE 'core_audit%' THEN
    RAISE EXCEPTION 'the audit is kept: archive % first, as the owner', part;
  END IF;
  IF date_trunc('month', month) + interval '1 month' > now() - interval '7 days' THEN
    RAISE EXCEPTION '% is too young to be dropped', part;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_inherits
      WHERE inhrelid = to_regclass(quote_ident(part)) AND inhparent = to_regclass(quote_ident(parent))) THEN
    RAISE EXCEPTION '% is not a partition of %', part, parent;
  END IF;
  EXECUTE format('DROP TABLE %I', part);
END $$;
REVOKE ALL ON FUNCTION yike_drop_partition(text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION yike_drop_partition(text, date) TO yike_system;
"""
