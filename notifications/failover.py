"""Handing letters to a channel's providers: the preferred one first, through its circuit breaker, on to the next where it fails."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from uuid import UUID

import structlog
from django.db import connection

from backend.core.clock import now
from notifications import breaker, budget
from notifications.breaker import Stand
from notifications.channels import LEFT_ALONE, NO_PROVIDER, Letter, NotNow, NotSent, Outcome, Provider, Taken
from notifications.channels.registry import SMS, providers

log = structlog.get_logger(__name__)
Answer = tuple[Outcome, str]


def dispatch(channel: str, letters: Sequence[Letter]) -> dict[UUID, Answer]:
    """Outcome and provider of each letter, by delivery id.

    A provider that fails as a whole, or cannot, passes its letters on; one that may have taken a letter (a time-out) keeps it for
    the next attempt, except in emergencies, where twice is better than never. An emergency goes through an open circuit when no
    closed one is left.
    """
    avoided = {letter.avoid for letter in letters}
    known = sorted(providers(channel), key=lambda provider: provider.name in avoided)
    if not known:
        return {letter.delivery_id: (NotSent(NO_PROVIDER), "") for letter in letters}
    answers: dict[UUID, Answer] = {}
    left = _affordable(letters, answers) if channel == SMS else list(letters)
    barred: list[tuple[Provider, list[Letter]]] = []
    for provider in known:
        left, refused = _through(provider, left, answers)
        barred.append((provider, refused))
    for provider, refused in barred:
        again = [one for one in refused if one.is_emergency and not _is_settled(answers[one.delivery_id][0])]
        _hand(provider, again, answers)
    if channel == SMS:
        for letter in letters:
            outcome, by = answers[letter.delivery_id]
            if by != "budget" and _surely_stayed(outcome):
                budget.give_back(letter.text, is_urgent=letter.is_emergency)
    return answers


def _affordable(letters: Iterable[Letter], answers: dict[UUID, Answer]) -> list[Letter]:
    """Those that the budget lets out; the others are refused for good, with the reason."""
    allowed = []
    for letter in letters:
        why = budget.reserve(letter.text, is_urgent=letter.is_emergency)
        if why:
            answers[letter.delivery_id] = (NotSent(why), "budget")
        else:
            allowed.append(letter)
    return allowed


def _through(
    provider: Provider, letters: Sequence[Letter], answers: dict[UUID, Answer]
) -> tuple[list[Letter], list[Letter]]:
    """Hand the letters over where the circuits allow it; returns those for the next provider, and those whose circuit is open."""
    onward: list[Letter] = []
    refused: list[Letter] = []
    for circuit, group in groupby(sorted(letters, key=provider.circuit), key=provider.circuit):
        waiting = list(group)
        stand, until = breaker.admit(circuit)
        if stand is Stand.TRIAL:
            onward += _hand(provider, waiting[:1], answers, is_trial=True)
            waiting = waiting[1:]
            stand, until = breaker.admit(circuit)
        if stand is Stand.CLOSED:
            onward += _hand(provider, waiting, answers)
            continue
        for letter in waiting:
            pause = (until - now()).total_seconds() if until else None
            _note(answers, letter, NotNow(LEFT_ALONE, retry_after=pause), provider.name)
        refused += waiting
        onward += waiting
    return onward, refused


def _hand(
    provider: Provider, letters: Sequence[Letter], answers: dict[UUID, Answer], *, is_trial: bool = False
) -> list[Letter]:
    """Hand over, tell the breaker, and return the letters that another provider may try."""
    if not letters:
        return []
    if not connection.in_atomic_block:
        connection.close()  # back to the pool while the network is waited for
    try:
        outcomes = provider.send(letters)
    except Exception as failed:
        log.error(
            "provider.broke", provider=provider.name, error=type(failed).__name__
        )  # a traceback may hold an address
        outcomes = [NotNow(type(failed).__name__, is_outage=True, is_certain=False)] * len(letters)
    onward = []
    for letter, outcome in zip(letters, outcomes, strict=True):
        _note(answers, letter, outcome, provider.name)
        match outcome:
            case NotSent(is_ours=True):
                onward.append(letter)
            case NotNow(is_certain=certain) if certain or letter.is_emergency:
                onward.append(letter)
    _tell_breaker(provider.circuit(letters[0]), outcomes, is_trial=is_trial)
    return onward


def _tell_breaker(circuit: str, outcomes: Sequence[Outcome], *, is_trial: bool) -> None:
    outages = [one for one in outcomes if isinstance(one, NotNow) and one.is_outage]
    if len(outages) < len(outcomes):
        breaker.succeeded(circuit)
    else:
        breaker.failed(circuit, count=len(outages), error=outages[-1].code, is_trial=is_trial)


def _note(answers: dict[UUID, Answer], letter: Letter, outcome: Outcome, provider: str) -> None:
    """Keep the best answer so far: taken, refused for good, the shortest wait, unable."""
    before = answers.get(letter.delivery_id)
    if before is None or _rank(outcome) <= _rank(before[0]):
        answers[letter.delivery_id] = (outcome, provider)


def _rank(outcome: Outcome) -> tuple[int, float]:
    match outcome:
        case Taken():
            return 0, 0
        case NotSent(is_ours=False):
            return 1, 0
        case NotNow(code=code, retry_after=wait):
            return (3 if code == LEFT_ALONE else 2), wait or 0
        case _:
            return 4, 0


def _surely_stayed(outcome: Outcome) -> bool:
    return isinstance(outcome, NotSent) or (isinstance(outcome, NotNow) and outcome.is_certain)


def _is_settled(outcome: Outcome) -> bool:
    return isinstance(outcome, Taken) or (isinstance(outcome, NotSent) and not outcome.is_ours)
