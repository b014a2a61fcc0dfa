"""The request that is being served: its id goes into logs, audit rows and problems."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
