"""The circle as a FastAPI and asyncpg program would serve it: `granian --interface asgi bench.baseline:app`.

It does the statements that Yike does and builds the same body from their rows; it checks nothing else, and what Yike computes for
each row (is it open?) it takes ready-made from the plan in `BENCH_PLAN`. Environment: `DATABASE_URL`, `BENCH_PLAN`.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import ceil
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI, Query, Response
from pydantic import BaseModel

PLAN: dict[str, Any] = json.loads(Path(os.environ["BENCH_PLAN"]).read_text())
READY = {item["id"]: item for item in PLAN["body"]["items"]}


class Item(BaseModel):
    id: UUID
    service_id: UUID
    name: str
    category: str
    category_name: str
    walk_seconds: float
    walk_minutes: int
    walk_metres: float
    method: str
    lon: float
    lat: float
    open_now: bool | None
    opens_at: str | None
    closes_at: str | None
    phone: str
    address: str
    certified: bool
    rating: float | None
    rating_count: int
    accessibility: str


class Circle(BaseModel):
    origin: dict[str, Any]
    minutes: int
    pace: str
    method: str
    items: list[Item]
    next: str | None


def values(params: list[dict[str, Any]]) -> list[Any]:
    """The plan's parameters as asyncpg wants them."""
    return [UUID(one["uuid"]) if "uuid" in one else one["value"] for one in params]


STATEMENTS = [(one["sql"], values(one["params"])) for one in PLAN["statements"]]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=4, max_size=10) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/circle")
async def circle(
    building_id: UUID, minutes: int = Query(15, ge=1, le=30), limit: int = Query(50, ge=1, le=200)
) -> Response:
    """The circle of the plan's building."""
    rows: list[asyncpg.Record] = []
    async with app.state.pool.acquire() as connection:
        for sql, params in STATEMENTS:
            rows = await connection.fetch(sql, *params)
    body = PLAN["body"]
    shown = Circle(
        origin=body["origin"],
        minutes=minutes,
        pace=body["pace"],
        method=body["method"],
        items=[item(row) for row in rows[:limit]],
        next=body["next"],
    )
    return Response(shown.model_dump_json(), media_type="application/json")


def item(row: asyncpg.Record) -> Item:
    """One service. The columns are those of `backend.directory.listing.COLUMNS`, then effort, metres, is_estimate."""
    ready = READY[str(row[0])]
    seconds = round(row[-3] / (4 / 3), 1)
    return Item(
        id=row[0],
        service_id=row[1],
        name=row[2] or ready["name"],
        category=row[4],
        category_name=ready["category_name"],
        walk_seconds=seconds,
        walk_minutes=ceil(seconds / 60),
        walk_metres=round(row[-2], 1),
        method="estimate" if row[-1] else "network",
        lon=row[5],
        lat=row[6],
        open_now=ready["open_now"],
        opens_at=ready["opens_at"],
        closes_at=ready["closes_at"],
        phone=row[10],
        address=row[11],
        certified=row[13],
        rating=round(row[14] / row[15], 1) if row[15] else None,
        rating_count=row[15],
        accessibility=row[16] or "unknown",
    )
