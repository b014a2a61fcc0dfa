"""Report something."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import connection

from backend.core.clock import now, today
from backend.core.ids import uuid7
from backend.core.vault import seal
from backend.core.verb import handoff, record, verb
from backend.people.actor import Actor
from backend.tickets.actions.changes import announce, checked_text
from backend.tickets.actions.photos import attach
from backend.tickets.categories import Category, all_categories
from backend.tickets.errors import IdTaken, wrong
from backend.tickets.models import TEXT, URGENCIES, Ticket
from backend.tickets.numbers import next_number
from backend.tickets.routing import point_of, route_of, spot_of
from notifications.notices import notify


@verb("ticket.report")
def report(
    actor: Actor,
    *,
    category: str,
    text: str,
    id: UUID | None = None,
    lon: float | None = None,
    lat: float | None = None,
    crs: str = "wgs84",
    home_id: UUID | None = None,
    building_id: UUID | None = None,
    part_code: str = "",
    urgency: str = "normal",
    photo_ids: Sequence[UUID] = (),
    answers: Mapping[str, str] | None = None,
) -> Ticket:
    """Open a ticket and route it; `lon`, `lat` are degrees of `crs`. The same `id` by the same person gives the first ticket.

    A report that means danger (by category, answer or words) is handed to the emergency desk as well.
    Raises Forbidden, Invalid (category, place, answers, photos) and IdTaken.
    """
    reporter = actor.must_be_known()
    repeated = _repeated(id, reporter)
    if repeated is not None:
        return repeated
    kind = _known(category)
    words, said = checked_text(text), _checked(kind, answers or {})
    if urgency not in URGENCIES:
        raise wrong("urgency", "unknown", f"must be one of {', '.join(URGENCIES)}", "紧急程度不正确")
    spot = spot_of(actor, kind, home_id=home_id, building_id=building_id, point=point_of(lon, lat, crs))
    route = route_of(kind, spot, today())
    ticket = Ticket(
        id=id or uuid7(),
        category=kind.code,
        visibility=kind.visibility,
        urgency=urgency,
        reporter_id=reporter,
        text_sealed=seal(reporter, TEXT, words),
        answers=said,
        danger=kind.danger_of(said, words) or "",
        community=spot.community,
        compound=spot.compound,
        building=spot.building,
        home=spot.home,
        part_code=part_code,
        lon=spot.lon,
        lat=spot.lat,
        route=route.kind,
        company=route.company,
        division=route.division,
        deadline=now() + kind.promise,
    )
    ticket.number = next_number()
    ticket.save(force_insert=True)
    attach(actor, ticket, photo_ids, moment="before", field="photo_ids")
    _tell(ticket, kind)
    return ticket


def _repeated(ticket_id: UUID | None, reporter: UUID) -> Ticket | None:
    """The ticket that this id made before; waits for a report with the same id that is still running."""
    if ticket_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"ticket:{ticket_id}"])
    found = Ticket.objects.filter(id=ticket_id).first()
    if found is None:
        return None
    if found.reporter_id != reporter:
        raise IdTaken
    record("ticket.report_repeated", about=None, ticket=found.id)
    found.is_repeat = True  # type: ignore[attr-defined]  # the edge answers 200 instead of 201
    return found


def _known(code: str) -> Category:
    category = all_categories().get(code)
    if category is None:
        raise wrong("category", "category-unknown", "there is no such category", "没有这个类别")
    return category


def _checked(category: Category, answers: Mapping[str, str]) -> dict[str, str]:
    questions = {question.code: question for question in category.questions}
    for code, answer in answers.items():
        if code not in questions or not questions[code].accepts(answer):
            raise wrong(f"answers/{code}", "answer-unknown", "this is not one of the answers", "答案不在可选范围内")
    for question in category.questions:
        if question.required and question.code not in answers:
            raise wrong(f"answers/{question.code}", "required", question.en, question.zh)
    return dict(answers)


def _tell(ticket: Ticket, kind: Category) -> None:
    record("ticket.reported", about=ticket, category=ticket.category, route=ticket.route, danger=ticket.danger)
    announce(ticket, "reported")
    notify(ticket.reporter_id, "ticket.reported", {"number": ticket.number}, about=ticket.path)
    if ticket.danger:
        said = {"number": ticket.number}
        notify(ticket.reporter_id, "ticket.danger", said, about=ticket.path, urgency="emergency")
        facts = {
            "kind": ticket.danger,
            "ticket_id": str(ticket.id),
            "number": ticket.number,
            "person_id": str(ticket.reporter_id),
            "home_id": str(ticket.home_id) if ticket.home_id else None,
            "community_id": str(ticket.community_id),
        }
        handoff("ticket.dangerous", key=f"ticket:{ticket.id}:danger", data=facts)
    if kind.outage:
        handoff("ticket.may-be-outage", key=f"ticket:{ticket.id}:outage", data=_whereabouts(ticket, kind.outage))


def _whereabouts(ticket: Ticket, outage: str) -> dict[str, str | None]:
    """What a bulletin must know to see whether it explains the ticket."""
    return {
        "ticket_id": str(ticket.id),
        "number": ticket.number,
        "person_id": str(ticket.reporter_id),
        "outage": outage,
        "building_id": str(ticket.building_id) if ticket.building_id else None,
        "compound_id": str(ticket.compound_id) if ticket.compound_id else None,
        "community_id": str(ticket.community_id),
    }
