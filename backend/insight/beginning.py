"""The first version of the index, from the guide's lists and what the rooms count: a proposal that officers may replace."""

from __future__ import annotations

from decimal import Decimal

from backend.insight.acting import Wanted


def _share(source: str, zh: str, en: str, weight: int, floor: str, target: str, *codes: str, least: int = 1) -> Wanted:
    return Wanted(source, zh, en, Decimal(weight), Decimal(floor), Decimal(target), codes, least)


FIRST = (
    _share("coverage", "基本保障类覆盖", "Basic services within 15 minutes", 30, "0", "1", "guide-basic"),
    _share("coverage", "品质提升类覆盖", "Quality of life within 15 minutes", 10, "0", "0.9", "guide-quality"),
    _share("coverage-slow", "慢行覆盖（北京八项）", "Beijing's eight, at a slow pace", 15, "0", "1", "beijing-8"),
    _share(
        "coverage-wheelchair", "轮椅覆盖（北京八项）", "Beijing's eight, in a wheelchair", 10, "0", "1", "beijing-8"
    ),
    _share("places-accessible", "服务点无障碍", "Step-free places", 5, "0.3", "0.9", least=5),
    _share("tickets-response", "报修按时响应", "Tickets accepted in time", 10, "0.6", "0.98", least=5),
    _share("tickets-satisfaction", "报修满意", "Tickets rated 4 or 5 stars", 10, "0.5", "0.9", least=5),
    _share("alarms-prompt", "呼救及时接应", "Alarms taken within a minute", 10, "0.7", "0.99", least=5),
)
"""Residents' satisfaction of 90 % is what the state's guide asks of pilots; the other targets are ours."""
