"""The count: what must hold in the rows, whatever was killed. Plain SQL, so that the product's own reading is not trusted."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from backend.chaos.district import patiently
from backend.chaos.promises import Promises

QUIET_WITHIN = 300.0  # seconds: longer than the leases of killed workers and the sweep's two minutes together
_WAITING = {
    "handoffs": "SELECT count(*) FROM core_handoff WHERE due_at IS NOT NULL",
    "webhooks": "SELECT count(*) FROM payments_providerevent WHERE done_at IS NULL",
    "payments": "SELECT count(*) FROM payments_attempt WHERE state IN ('creating', 'pending', 'processing')",
    "signals": "SELECT count(*) FROM emergency_signalretry WHERE done_at IS NULL",
}


@dataclass
class Counting:
    """One count. `since`: when the loops began, `offsets`: the streams' last numbers then.

    `payers` and `reporters`: whose rows since then are all ours. `sandbox`: the provider's own file.
    """

    rows: psycopg.Connection[Any]
    promises: Promises
    since: datetime
    payers: list[str]
    reporters: list[str]
    sandbox: Path
    offsets: dict[str, int]

    def checks(self) -> dict[str, Callable[[], Iterator[str]]]:
        """What is checked, by the sentence that it proves; each yields its violations."""
        return {
            "no client got an answer that no client should get": lambda: iter(self.promises.broken),
            "every acknowledged press has one raw row and one incident": self.presses,
            "every acknowledged DC-09 call has one raw row and one incident": self.frames,
            "every payment ended once, as its payer's bank said": self.payments,
            "the provider charged once for each paid payment, and for no other": self.charges,
            "the books sum to zero, with one posting for each settled intent": self.books,
            "every report that was taken is one ticket": self.reports,
            "every dangerous report has one incident": self.dangers,
            "every incident was opened once, and resolved once where that was answered": self.incidents,
            "the streams' numbers have no gap and no double": self.streams,
        }

    def all(self, sql: str, **values: Any) -> list[Any]:
        return self.rows.execute(sql.encode(), values).fetchall()

    def presses(self) -> Iterator[str]:
        sql = """
            SELECT d.serial, k.event_id, k.signal_id::text AS signal, k.incident_id::text AS incident,
                (SELECT count(*) FROM emergency_signal s WHERE s.source = k.source AND s.event_id = k.event_id) AS raw,
                (SELECT count(*) FROM emergency_incident i WHERE i.id = k.incident_id) AS incidents
            FROM emergency_signalkey k JOIN emergency_device d ON k.source = 'device:' || d.id
            WHERE d.protocol = 'https' AND k.created_at >= %(since)s"""
        kept = {(row.serial, row.event_id): row for row in self.all(sql, since=self.since)}
        for name, (signal, incident) in self.promises.presses.items():
            row = kept.pop(name, None)
            if row is None:
                yield f"press {name} was acknowledged and is gone"
            elif (row.signal, row.incident, row.raw, row.incidents) != (signal, incident, 1, 1):
                yield f"press {name}: promised {signal} {incident}, kept {row}"
        yield from (f"press {name} was never acknowledged" for name in kept)

    def frames(self) -> Iterator[str]:
        sql = """
            SELECT d.account, split_part(k.event_id, ':', 1) AS number, count(*) AS keys, count(k.incident_id) AS incidents,
                sum((SELECT count(*) FROM emergency_signal s WHERE s.id = k.signal_id)) AS raw
            FROM emergency_signalkey k JOIN emergency_device d ON k.source = 'device:' || d.id
            WHERE d.protocol = 'dc09' AND k.created_at >= %(since)s GROUP BY 1, 2"""
        kept = {(row.account, row.number): row for row in self.all(sql, since=self.since)}
        for name in self.promises.frames:
            row = kept.pop(name, None)
            if row is None or (row.keys, row.incidents, row.raw) != (1, 1, 1):
                yield f"DC-09 call {name}: kept {row}"
        yield from (f"DC-09 call {name} was never acknowledged" for name in kept)

    def payments(self) -> Iterator[str]:
        sql = """
            SELECT p.id::text, p.payer_id::text AS payer, p.state, (SELECT count(*) FROM payments_attempt a
                WHERE a.payment_id = p.id) AS attempts, (SELECT count(*) FROM payments_receipt r JOIN payments_attempt a
                ON a.id = r.attempt_id WHERE a.payment_id = p.id) AS receipts, (SELECT count(*) FROM notifications_notice n
                WHERE n.topic = 'payment.received' AND n.about = '/api/v1/payments/' || p.id) AS notices
            FROM payments_payment p WHERE p.payer_id = ANY(%(payers)s::uuid[]) AND p.created_at >= %(since)s"""
        kept = {row.id: row for row in self.all(sql, payers=self.payers, since=self.since)}
        once = Counter(one.payment for one in self.promises.payments.values())
        yield from (f"payment {name} answered {count} keys" for name, count in once.items() if count > 1)
        for one in self.promises.payments.values():
            row = kept.pop(one.payment, None)
            if row is None:
                yield f"payment {one.payment} was answered and is gone"
                continue
            paid = one.outcome == "success"
            if row.state not in ({"paid"} if paid else {"failed", "cancelled"}):
                yield f"payment {one.payment} is {row.state}, its bank said {one.outcome}"
            if (row.attempts, row.receipts, row.notices) != (1, int(paid), int(paid)):
                yield f"payment {one.payment}: {row}"
        yield from (f"payment {name} was never answered" for name in kept)

    def charges(self) -> Iterator[str]:
        with closing(sqlite3.connect(f"file:{self.sandbox}?mode=ro", uri=True)) as provider:
            bodies = [
                json.loads(body) for (body,) in provider.execute("SELECT body FROM objects WHERE kind = 'charge'")
            ]
        charged = Counter(body["metadata"].get("payment") for body in bodies if body["paid"])
        for one in self.promises.payments.values():
            if charged[one.payment] != int(one.outcome == "success"):
                yield f"payment {one.payment} ({one.outcome}) was charged {charged[one.payment]} times"

    def books(self) -> Iterator[str]:
        (total,) = self.all("SELECT coalesce(sum(amount), 0)::bigint AS fen FROM payments_entry")
        if total.fen:
            yield f"the books sum to {total.fen} fen"
        crooked = self.all("""
            SELECT p.dedupe_key AS name FROM payments_posting p LEFT JOIN payments_entry e ON e.posting_id = p.id
            GROUP BY p.id HAVING coalesce(sum(e.amount), 0) <> 0 OR count(e.id) <> p.lines""")
        yield from (f"posting {row.name} is crooked" for row in crooked)
        unposted = self.all("""
            SELECT a.id::text, a.state, count(p.id) AS postings FROM payments_attempt a
            LEFT JOIN payments_posting p ON p.dedupe_key = 'pi:' || a.intent_id || ':succeeded'
            GROUP BY a.id HAVING count(p.id) <> (a.settled_at IS NOT NULL)::int
                OR (a.state = 'paid') <> (a.settled_at IS NOT NULL)""")
        yield from (f"attempt {row.id} is {row.state} with {row.postings} postings" for row in unposted)
        unsettled = self.all("""
            SELECT b.id::text FROM payments_bill b LEFT JOIN payments_allocation a ON a.bill_id = b.id
            GROUP BY b.id HAVING coalesce(sum(a.settled), 0) <> b.paid OR (b.state = 'paid') <> (b.paid = b.amount)""")
        yield from (f"bill {row.id} is not what was settled on it" for row in unsettled)

    def reports(self) -> Iterator[str]:
        sql = """
            SELECT id::text, danger FROM tickets_ticket
            WHERE reporter_id = ANY(%(reporters)s::uuid[]) AND created_at >= %(since)s"""
        kept = {row.id: row.danger for row in self.all(sql, reporters=self.reporters, since=self.since)}
        for ticket, is_dangerous in self.promises.reports.items():
            if bool(kept.pop(ticket, None)) != is_dangerous:
                yield f"ticket {ticket} is gone or not what was reported"
        yield from (f"ticket {ticket} was never answered" for ticket in kept)

    def dangers(self) -> Iterator[str]:
        sql = """
            SELECT h.key, h.due_at, count(DISTINCT k.id) AS keys, count(DISTINCT i.id) AS incidents
            FROM core_handoff h LEFT JOIN emergency_signalkey k ON k.source = 'report' AND k.event_id = h.key
            LEFT JOIN emergency_incident i ON i.subject = 'report:' || k.signal_id
            WHERE h.kind = 'ticket.dangerous' AND h.created_at >= %(since)s GROUP BY h.id"""
        kept = {row.key: row for row in self.all(sql, since=self.since)}
        for ticket in (ticket for ticket, is_dangerous in self.promises.reports.items() if is_dangerous):
            row = kept.pop(f"ticket:{ticket}:danger", None)
            if row is None or row.due_at or (row.keys, row.incidents) != (1, 1):
                yield f"dangerous ticket {ticket}: {row}"
        yield from (f"{name} follows from no report" for name in kept)

    def incidents(self) -> Iterator[str]:
        sql = """
            SELECT i.id::text, i.state, count(a.id) FILTER (WHERE a.event = 'incident.opened') AS opened,
                count(a.id) FILTER (WHERE a.event = 'incident.resolved') AS resolved
            FROM emergency_incident i LEFT JOIN core_auditrow a ON a.object_id = i.id
            WHERE i.created_at >= %(since)s GROUP BY i.id"""
        for row in self.all(sql, since=self.since):
            is_over = row.state == "resolved"
            if row.opened != 1 or row.resolved != int(is_over) or (row.id in self.promises.resolved and not is_over):
                yield f"incident {row}"

    def streams(self) -> Iterator[str]:
        """Each channel's numbers since the beginning; what is older than 30 days may have been pruned."""
        sql = """
            SELECT s.channel, s.last_offset, array_agg(e."offset" ORDER BY e."offset") AS numbers
            FROM notifications_stream s JOIN notifications_streamevent e ON e.channel = s.channel GROUP BY s.channel"""
        for row in self.all(sql):
            before = self.offsets.get(row.channel, 0)
            numbers = [number for number in row.numbers if number > before]
            if numbers != list(range(before + 1, row.last_offset + 1)):
                yield f"stream {row.channel}: {before + 1} to {row.last_offset} expected, {numbers} found"


def offsets(rows: psycopg.Connection[Any]) -> dict[str, int]:
    """Channel → the last number that was given."""
    found = rows.execute("SELECT channel, last_offset FROM notifications_stream").fetchall()
    return {row.channel: row.last_offset for row in found}


def wait_until_quiet(url: str) -> str:
    """Until nothing waits that a worker must still do; what still waited when patience ended, else empty."""
    waiting: dict[str, int] = {}

    def is_quiet() -> bool:
        with connected(url) as rows:
            for name, sql in _WAITING.items():
                (row,) = rows.execute(sql.encode()).fetchall()
                waiting[name] = row[0]
        return not any(waiting.values())

    try:
        patiently(is_quiet, QUIET_WITHIN, not_yet=(psycopg.OperationalError,), every=0.5)
    except TimeoutError:
        return ", ".join(f"{count} {name}" for name, count in waiting.items() if count)
    return ""


def connected(url: str) -> psycopg.Connection[Any]:
    """The rows as the system role sees them all."""
    return psycopg.connect(url, row_factory=namedtuple_row, autocommit=True, connect_timeout=10)
