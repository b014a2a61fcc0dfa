"""Login by phone code, refresh, devices."""

from __future__ import annotations

from uuid import UUID

from ninja import Schema, Status

from api.edge import PERSON, PUBLIC, Reply, Request, Router, access, language
from api.schemas.people import CodeIn, CodeOut, DeviceSessionOut, RefreshIn, SessionIn, SessionOut
from backend.core.errors import NotFound
from backend.people import login
from backend.people.models import Session
from backend.people.reading import names_by_id

router = Router(tags=["auth"])


class DeviceSessions(Schema):
    items: list[DeviceSessionOut]
    next: str | None = None


@router.post("/auth/codes", response={202: CodeOut})
@access(PUBLIC("nobody is known before login"))
def ask_code(request: Request, body: CodeIn) -> Status[CodeOut]:
    """Send a code by SMS. The answer is the same for known and unknown phones."""
    sent = login.ask_code(phone=body.phone, language=language(request), ip=request.META.get("REMOTE_ADDR", ""))
    return Status(202, CodeOut(**sent))


def _shown(logged_in: login.LoggedIn) -> SessionOut:
    return SessionOut.of(logged_in, names_by_id([logged_in.user.id]).get(logged_in.user.id, ""))


@router.post("/auth/sessions", response={201: SessionOut})
@access(PUBLIC("nobody is known before login"))
def log_in(request: Request, body: SessionIn) -> Status[SessionOut]:
    """Log in with the code, or register."""
    return Status(201, _shown(login.log_in(phone=body.phone, code=body.code, device=body.device.dict())))


@router.post("/auth/refresh", response={200: SessionOut})
@access(PUBLIC("the refresh token is the credential"))
def refresh(request: Request, body: RefreshIn) -> SessionOut:
    """Rotate the refresh token; a replay of an old one ends the login."""
    return _shown(login.refresh(refresh_token=body.refresh_token))


@router.get("/auth/sessions", response=DeviceSessions)
@access(PERSON)
def sessions(request: Request) -> DeviceSessions:
    """The person's devices."""
    alive = Session.objects.filter(user_id=request.actor.must_be_known(), revoked_at__isnull=True).order_by(
        "-last_seen_at"
    )
    return DeviceSessions(items=[DeviceSessionOut.of(s, request.actor.session_id) for s in alive])


@router.delete("/auth/sessions/{session_id}", response={204: None})
@access(PERSON)
def end_session(request: Request, session_id: str) -> Reply:
    """End one of one's own logins; `current` for this one."""
    if session_id == "current":
        wanted = request.actor.session_id
    else:
        try:
            wanted = UUID(session_id)
        except ValueError:
            raise NotFound from None
    login.end_session(request.actor, session_id=wanted)
    return Reply(status=204)
