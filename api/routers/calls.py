"""Telephone calls for help."""

from __future__ import annotations

from typing import Any

import pydantic
from ninja import Status
from ninja.errors import ValidationError

from api.access import Bearer
from api.edge import PERSON, SIGNED, Request, Router, access, perform
from api.schemas.calls import CallEnteredIn, CallEnteredOut
from api.schemas.emergency import IncidentDetailOut, ReceivedOut
from backend.emergency import actions, doors, reading
from backend.emergency.actions import Called
from backend.emergency.signatures import SignedMessage

router = Router(tags=["emergency"])
EXCHANGE = SIGNED("the exchange's HTTP Message Signature (RFC 9421), as a device's; or a dispatcher's access token")


@router.post("/emergency/calls", response={202: ReceivedOut, 201: CallEnteredOut, 200: CallEnteredOut})
@access(EXCHANGE)
def calls(request: Request) -> Any:
    """A call for help, told by the exchange or written down by a dispatcher.

    The exchange tells `{caller, called, call_id, state}` (`ringing`, `answered`, `ended`, `missed`), signed, and hears the
    incident's id; a dispatcher sends a `CallEnteredIn` and gets the incident with the person's card.
    """
    if request.headers.get("Authorization"):
        return _entered(request)
    done = doors.receive_call(SignedMessage("POST", request.build_absolute_uri(), dict(request.headers)), request.body)
    incident = done.incident.id if isinstance(done, Called) else done.incident_id
    return Status(202, ReceivedOut(signal_id=done.signal_id, incident_id=incident))


def _entered(request: Request) -> Any:
    actor = Bearer(PERSON)(request)
    try:
        said = CallEnteredIn.model_validate_json(request.body)
    except pydantic.ValidationError as wrong:
        found = wrong.errors(include_url=False, include_context=False)
        raise ValidationError([{**one, "loc": ("body", "body", *one["loc"])} for one in found]) from None

    def render(called: Called) -> CallEnteredOut:
        whole = IncidentDetailOut(**reading.whole(actor, called.incident.id))
        return CallEnteredOut(incident=whole, signal=called.signal_id)

    return perform(request, actions.enter_call, render=render, status=201, keyed=False, **said.dict())
