"""The way from the event loop into the domain: a few threads of this process, each with a database connection while it works."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")

_pool = ThreadPoolExecutor(8, thread_name_prefix="socket")
_reserved = ThreadPoolExecutor(3, thread_name_prefix="alarm")


async def run(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a sync function of the domain in a thread; `database_sync_to_async` would put every socket through a single one."""
    return await _run(_pool, partial(call, *args, **kwargs))


async def run_first(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The same in threads that are kept free for calls for help and for letting people in: whatever else is asked, they wait for
    none of it."""
    return await _run(_reserved, partial(call, *args, **kwargs))


async def _run(pool: ThreadPoolExecutor, call: Callable[[], R]) -> R:
    def work() -> R:
        close_old_connections()
        try:
            return call()
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(pool, work)
