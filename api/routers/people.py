"""Me and my contacts; duty."""

from __future__ import annotations

from uuid import UUID

from ninja import Schema

from api.edge import PERSON, Reply, Request, Router, access, etag_of, language, must_match, perform, single
from api.schemas.people import ContactIn, DutyIn, DutyOut, MeOut, MePatch
from backend.core.errors import Forbidden
from backend.people import duty
from backend.people.models import Duty
from backend.people.profile import change, profile, set_contacts
from backend.people.reading import names_by_id
from backend.people.roles import Can
from notifications import presence

router = Router(tags=["people"])


class Duties(Schema):
    items: list[DutyOut]
    next: str | None = None


def _me(request: Request) -> MeOut:
    return MeOut.of(profile(request.actor, language(request)))


@router.get("/me", response=MeOut)
@access(PERSON, limited=True)
def me(request: Request) -> Reply:
    """Who I am: homes, roles, contacts."""
    return single(request, None, lambda _: _me(request))


@router.patch("/me", response=MeOut)
@access(PERSON)
def change_me(request: Request, body: MePatch) -> Reply:
    """Change my name, language or elder mode; with `If-Match` only what I have read (412)."""
    unchanged = must_match(request, lambda: _me(request))
    changed = perform(
        request, change, render=lambda _: _me(request), must_hold=unchanged, **body.dict(exclude_unset=True)
    )
    changed["ETag"] = etag_of(changed.content)
    return changed


@router.put("/me/emergency-contacts", response=MeOut)
@access(PERSON)
def put_contacts(request: Request, body: list[ContactIn]) -> Reply:
    """Replace my emergency contacts; the order is the order in which they are called."""
    return perform(request, set_contacts, render=lambda _: _me(request), contacts=[c.dict() for c in body])


def _duties(rows: list[Duty]) -> Duties:
    names = names_by_id(row.user_id for row in rows)
    present = {row.division_id: set(presence.present(row.division_id)) for row in rows}
    return Duties(
        items=[
            DutyOut(
                id=row.id,
                division_id=row.division_id,
                person_id=row.user_id,
                name=names.get(row.user_id, ""),
                started_at=row.started_at,
                ended_at=row.ended_at,
                is_present=row.user_id in present[row.division_id],
            )
            for row in rows
        ]
    )


@router.post("/duty/start", response=Duties)
@access(Can.DUTY_KEEP)
def start_duty(request: Request, body: DutyIn | None = None) -> Reply:
    """Begin duty on a desk; without `division_id` on one's own, if there is but one."""
    desk = body.division_id if body else None
    return perform(request, duty.start, render=lambda row: _duties([row]), division_id=desk)


@router.post("/duty/end", response=Duties)
@access(Can.DUTY_KEEP)
def end_duty(request: Request) -> Reply:
    """End my duty."""
    return perform(request, duty.end, render=_duties)


@router.get("/duty", response=Duties)
@access(Can.DESK_WATCH)
def who_is_on_duty(request: Request, division_id: UUID | None = None) -> Duties:
    """Who is on a desk now; without `division_id`, on all the desks that I may watch."""
    if division_id is None:
        return _duties(list(duty.in_sight(request.actor)))
    if not request.actor.may(Can.DESK_WATCH, division=division_id, community=division_id):
        raise Forbidden
    return _duties(list(duty.on_duty(division_id)))
