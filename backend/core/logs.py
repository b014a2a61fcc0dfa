"""Structured logs: one JSON object a line, with the request id, never with personal data.

A filter takes phone numbers, bearer tokens and identity numbers out of whatever libraries may print.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from backend.core.audit_context import request_id

_PERSONAL = re.compile(
    r"(?<![\w-])(?:\+?86)?1[3-9]\d{9}(?![\w-])"  # a mainland mobile number
    r"|(?<!\w)\d{17}[\dXx](?!\w)"  # an identity number
    r"|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"  # a token
    r"|(?:Bearer|SOS)\s+[\w.~+/=-]{16,}"  # a credential
)


def without_personal(text: str) -> str:
    """The text with phones, identity numbers and credentials struck out."""
    return _PERSONAL.sub("▮▮▮", text)


def _strike(_: Any, __: str, event: EventDict) -> EventDict:
    return {key: without_personal(value) if isinstance(value, str) else value for key, value in event.items()}


def _request(_: Any, __: str, event: EventDict) -> EventDict:
    if identifier := request_id.get():
        event.setdefault("request_id", identifier)
    return event


def configure(kind: str) -> None:
    """Set structlog and the standard library's logging up; `kind` is `json` or `plain`. Repeatable."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _request,
    ]
    last: list[Processor] = [structlog.processors.format_exc_info, _strike]
    last.append(
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if kind == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
        )
    )
    root = logging.getLogger()
    root.handlers = [h for h in root.handlers if not getattr(h, "is_yike", False)]
    handler.is_yike = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for noisy in ("urllib3", "httpx", "stripe", "asyncio", "PIL"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
