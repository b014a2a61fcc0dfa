"""The catalogue: both languages, the same placeholders, every key that a page asks for, none that nobody asks for."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from backend.bulletins.models import Bulletin
from backend.directory.bookings.flow import State as BookingState
from backend.directory.coverage.counting import LISTS
from backend.directory.coverage.profiles import PROFILES
from backend.directory.intake import writing
from backend.directory.models import Closure, Correction, Sheet, ThemedCircle
from backend.emergency.kinds import Disposition, Kind, Priority
from backend.emergency.kinds import State as IncidentState
from backend.insight.models import IndexConfig
from backend.insight.scaling import FEW, NOTHING
from backend.people import homes
from backend.people.models import Delegation, HomeInvitation, Residency
from backend.people.reveal import FIELDS
from backend.people.roles import Power, Role
from backend.tickets.flow import STEPS, PauseReason
from backend.tickets.flow import State as TicketState
from payments.flow import State as PaymentState
from payments.models import Account, Bill, Payment
from web.templatetags.yike import LOOKS
from web.texts import TEXTS, text

WEB = Path(__file__).resolve().parents[2] / "web"
SOURCES = [p.read_text() for p in (*WEB.rglob("*.html"), *(p for p in WEB.rglob("*.py") if "texts" not in p.parts))]
WORDS = {
    "incident.kind": Kind.values,
    "incident.state": IncidentState.values,
    "priority": Priority.values,
    "disposition": Disposition.values,
    "ticket.state": [state.value for state in TicketState],
    "event": [f"ticket.{step.event}" for step in STEPS.values()],
    "pause": [reason.value for reason in PauseReason],
    "payment.state": [state.value for state in PaymentState],
    "payment.method": Payment.Method.values,
    "bill.state": Bill.State.values,
    "account.kind": Account.Kind.values,
    "role": [role.value for role in Role],
    "power": [power.value for power in Power],
    "privacy.field": list(FIELDS),
    "relation": Residency.Relation.values,
    "residency.state": Residency.State.values,
    "offer.state": HomeInvitation.State.values,
    "rejection": list(homes.REJECTIONS),
    "ending": [*homes.ENDINGS, "time", "withdrawn", "invited", "enrolled"],
    "consent.how": Delegation.Consent.values,
    "delivery.state": ["queued", "sent", "failed", "dead", "skipped"],
    "bulletin.kind": Bulletin.Kind.values,
    "bulletin.subject": Bulletin.Subject.values,
    "bulletin.state": Bulletin.State.values,
    "circles.kind": ThemedCircle.Kind.values,
    "circles.state": ThemedCircle.State.values,
    "coverage.list": list(LISTS),
    "coverage.profile": list(PROFILES),
    "index.state": IndexConfig.State.values,
    "index.why": [FEW, NOTHING],
    "correct.kind": Correction.Kind.values,
    "dirstate": Correction.State.values,
    "dirfield": [*writing.FIELDS, "category", "organization"],
    "closure": Closure.Kind.values,
    "sheet.state": Sheet.State.values,
    "booking.state": [state.value for state in BookingState],
    "booking.why": ["closed", "ended", "lapsed", "moved", "erased"],
    "book.slot": ["full", "closed", "past", "too-soon", "too-early"],
    "weekday": [str(number) for number in range(7)],
}


def names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_a_sentence_exists_twice_with_the_same_blanks(key: str) -> None:
    chinese, english = TEXTS[key]
    assert chinese.strip()
    assert english.strip()
    assert names(chinese) == names(english)
    assert not re.search("[一-鿿]", english) or key in {"brand.sub", "switch.language", "switch.language.label"}


def test_every_sentence_that_a_page_asks_for_exists() -> None:
    asked = {key for source in SOURCES for key in re.findall(r"""(?:{% t |say\()["']([a-z0-9.]+)["']""", source)}
    assert asked - TEXTS.keys() == set()


def test_no_sentence_is_kept_for_nobody() -> None:
    everything = "\n".join(SOURCES)
    used = set(re.findall(r"[a-z0-9_]+(?:\.[a-z0-9_]+)+", everything))
    made = (
        "ago.",
        "in.",
        "late.",
        "span.",
        "words.",
        "by.",
        "event.",
        "relation.",
        "callee.",
        "caller.",
        "result.",
        "target.",
        "channel.",
        "device.kind.",
        "speaks.",
        "bulletin.end.",
        "bulletin.withdraw.",
    )
    spare = {
        key
        for key in TEXTS
        if "." in key and key not in used and not key.startswith((*made, *(f"{g}." for g in WORDS)))
    }
    assert spare == set()


@pytest.mark.parametrize(("group", "code"), [(group, code) for group, codes in WORDS.items() for code in codes])
def test_every_code_has_a_word(group: str, code: str) -> None:
    assert text(f"{group}.{code}", "zh")


@pytest.mark.parametrize("group", sorted(LOOKS))
def test_every_state_has_a_look(group: str) -> None:
    assert set(WORDS[group]) <= LOOKS[group].keys()
