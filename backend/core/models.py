"""The kernel's tables, gathered for Django; each lives beside the mechanism that owns it."""

from backend.core.audit import AuditEpoch, AuditExport, AuditRow, AuditSeal
from backend.core.cron import CronMark
from backend.core.handoff import Handoff
from backend.core.idempotency import IdempotencyRow
from backend.core.jobs import Job
from backend.core.limits import LimitCounter
from backend.core.rows import Row
from backend.core.vault import PersonKey
from backend.core.worker import Heartbeat

__all__ = [
    "AuditEpoch",
    "AuditExport",
    "AuditRow",
    "AuditSeal",
    "CronMark",
    "Handoff",
    "Heartbeat",
    "IdempotencyRow",
    "Job",
    "LimitCounter",
    "PersonKey",
    "Row",
]
