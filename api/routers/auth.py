"""Login by phone code, refresh, devices, fresh proof, doubtful numbers."""

from __future__ import annotations

from uuid import UUID

from ninja import Schema, Status

from api.edge import PERSON, PUBLIC, Reply, Request, Router, access, language
from api.schemas.login import PhoneCodeIn, ReproofIn
from api.schemas.people import CodeIn, CodeOut, DeviceSessionOut, RefreshIn, SessionIn, SessionOut
from backend.core.errors import NotFound
from backend.people import login, login_devices, login_proof, phone_change, reproof
from backend.people.reading import names_by_id

router = Router(tags=["auth"])


class DeviceSessions(Schema):
    items: list[DeviceSessionOut]
    next: str | None = None


def _address(request: Request) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


@router.post("/auth/codes", response={202: CodeOut})
@access(PUBLIC("nobody is known before login"))
def ask_code(request: Request, body: CodeIn) -> Status[CodeOut]:
    """Send a code by SMS. The answer is the same for known and unknown phones, and for phones that get no SMS."""
    sent = login.ask_code(
        phone=body.phone, language=language(request), ip=_address(request), device=body.device_key.strip()
    )
    return Status(202, CodeOut(**sent))


@router.post("/auth/proof-codes", response={202: CodeOut})
@access(PERSON)
def ask_proof_code(request: Request) -> Status[CodeOut]:
    """Send a code to my own phone, with which I prove anew who I am (POST /auth/reauthentication)."""
    sent = login_proof.ask_code(request.actor, language=language(request), ip=_address(request))
    return Status(202, CodeOut(**sent))


@router.post("/auth/phone-codes", response={202: CodeOut})
@access(PERSON)
def ask_phone_code(request: Request, body: PhoneCodeIn) -> Status[CodeOut]:
    """Send a code to the phone that shall become mine (POST /me/phone)."""
    sent = phone_change.ask_code(request.actor, phone=body.phone, language=language(request), ip=_address(request))
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


@router.post("/auth/reproof", response={201: SessionOut})
@access(PERSON, limited=True)
def reprove(request: Request, body: ReproofIn) -> Status[SessionOut]:
    """Of a limited login: this number is mine now. It goes to a fresh account; the former one keeps its home without a phone."""
    return Status(201, _shown(reproof.as_new_person(request.actor)))


@router.get("/auth/sessions", response=DeviceSessions)
@access(PERSON)
def sessions(request: Request) -> DeviceSessions:
    """My devices, the last seen first."""
    mine = login_devices.alive(request.actor.must_be_known())
    return DeviceSessions(items=[DeviceSessionOut.of(row, request.actor.session_id) for row in mine])


@router.delete("/auth/sessions", response={204: None})
@access(PERSON)
def end_other_sessions(request: Request) -> Reply:
    """End all my logins but this one."""
    login.end_others(request.actor)
    return Reply(status=204)


@router.delete("/auth/sessions/{session_id}", response={204: None})
@access(PERSON, limited=True)
def end_session(request: Request, session_id: str) -> Reply:
    """End one of my logins; `current` for this one."""
    if session_id == "current":
        wanted = request.actor.session_id
    else:
        try:
            wanted = UUID(session_id)
        except ValueError:
            raise NotFound from None
        if request.actor.is_limited and wanted != request.actor.session_id:
            raise NotFound
    login.end_session(request.actor, session_id=wanted)
    return Reply(status=204)
