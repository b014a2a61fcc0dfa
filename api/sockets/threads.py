"""The way from the event loop into the domain: a few threads of this process, each with a database connection while it works."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")

_pool = ThreadPoolExecutor(8, thread_name_prefix="socket")


async def run(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a sync function of the domain in a thread; `database_sync_to_async` would put every socket through a single one."""

    def work() -> R:
        close_old_connections()
        try:
            return call(*args, **kwargs)
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_pool, work)
