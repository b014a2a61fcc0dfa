"""What `up` prints when everything answers: the links, the demo people, how to stop."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any

PAGES = (
    ("/", "首页 first page"),
    ("/demo", "演示 one-click demo"),
    ("/desk", "值班台 duty desk"),
    ("/app", "居民端 residents"),
)


def wait_until_ready(url: str, seconds: float) -> bool:
    """Whether `GET /readyz` answered 200 within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310 - our own loopback URL
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.1)
    return False


def people(url: str) -> list[dict[str, Any]]:
    """The demo's cast as `GET /demo/people` tells it; empty when this is no demo."""
    request = urllib.request.Request(f"{url}/demo/people", headers={"Accept": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            body = json.load(answer)
    except (urllib.error.URLError, OSError, ValueError):
        return []
    return body if isinstance(body, list) else []


def text(url: str, cast: list[dict[str, Any]], seconds: float) -> str:
    """The whole greeting."""
    lines = ["", f"  一刻 Yike · {url} · {seconds:.1f} s", ""]
    lines += [f"  {url}{path:<14} {title}" for path, title in (*PAGES, ("/api/v1/docs", "接口 API"))]
    if cast:
        chosen = _one_of_each_role(cast)
        lines += [
            "",
            f"  演示人物，全为虚构（共 {len(cast)} 人，见 /demo） The demo people, all invented ({len(cast)}, see /demo):",
        ]
        lines += [f"    {person['phone']}  {role:<20} {person['name']}" for role, person in chosen.items()]
    lines += ["", "  支付为本机沙箱，不替代 120/119/110 · Payments are a sandbox; never a substitute for 120/119/110."]
    return "\n".join([*lines, "  Ctrl-C 停止 stops everything.", ""])


def _one_of_each_role(cast: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The first person of each role, by the role that says most: nobody's only role is the resident's when they have another."""
    chosen: dict[str, dict[str, Any]] = {}
    for person in cast:
        roles = [held["role"] for held in person["roles"]] or ["resident"]
        chosen.setdefault(next((role for role in roles if role != "resident"), "resident"), person)
    return chosen
