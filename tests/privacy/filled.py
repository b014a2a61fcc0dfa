"""A person about whom we hold everything we ever hold, made by the real doors as far as there is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from backend.core import jobs
from backend.core.clock import now
from backend.emergency import actions as emergency
from backend.people import identity, login, phones, purposes
from backend.people.models import Residency, User
from backend.tickets import actions as tickets
from notifications import outbox
from notifications.deliveries import Delivery
from notifications.sms import opened
from tests.cast import Cast, Http, Member
from tests.emergency.builders import make_device
from tests.payments import books
from tests.payments.paying import intent_of, pay
from tests.pictures import jpeg_with_a_place

NAME, PHONE = "欧阳绛霄", "+8613712345678"
NUMBER = "110105193807145" + "41"
NUMBER += identity.check(NUMBER)
CONTACT_NAME, CONTACT_PHONE = "欧阳远帆", "+8613998765432"
TENANT = "慕容租客"
CARE = "糖尿病，左耳听不见"
WORDS = f"我是{NAME}，电话 13712345678"


@dataclass
class Filled:
    """The person as the cast's members are, and what they were made with."""

    member: Member
    residency: Residency

    @property
    def id(self) -> Any:
        return self.member.id

    @property
    def http(self) -> Http:
        return Http(self.member)


def code_for(phone: str) -> str:
    """Ask for a login code and read it where it waits to be sent."""
    login.ask_code(phone=phone)
    waiting = Delivery.objects.filter(channel="sms", topic="login.code").latest("at")
    return "".join(c for c in opened(waiting)[1] if c.isdigit())[:6]


def log_in(phone: str = PHONE) -> login.LoggedIn:
    """By a code, as everybody does."""
    device = {"key": "her-phone", "name": f"{NAME}的手机", "platform": "android"}
    return login.log_in(phone=phone, code=code_for(phone), device=device)


def upload(path: str, http: Http) -> Any:
    picture = SimpleUploadedFile(f"{NAME}.jpg", jpeg_with_a_place(), "image/jpeg")
    return http.request("post", path, data={"file": picture})


def must(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def fill(cast: Cast, tap: Any) -> Filled:
    """Enrolled at the desk, logged in by phone, and then everything a resident can do."""
    enrolled = Http(cast.manager).post(
        "/people",
        {
            "name": NAME,
            "phone": PHONE,
            "identity_number": NUMBER,
            "home_id": str(cast.neighbour_home.id),
            "relation": "owner",
            "witnessed": True,
            "contacts": [{"name": CONTACT_NAME, "phone": CONTACT_PHONE, "relation": f"{NAME}之女"}],
        },
    )
    must(enrolled, 201)
    opened_login = log_in()
    user = User.objects.get(phone_blind=phones.blind(PHONE))
    member = Member("filled", user, PHONE, _session=opened_login.session)
    found = Filled(member, Residency.objects.get(user=user, home=cast.neighbour_home))
    _home(cast, found)
    _wishes(cast, found)
    _tickets(cast, found)
    _alarm(cast, found)
    _let(cast, found)
    _payment(cast, found, tap)
    _looked_at(cast, found)
    _copy(found)
    return found


def _home(cast: Cast, person: Filled) -> None:
    claim = must(
        person.http.post(
            "/me/homes", {"home_id": str(cast.home.id), "relation": "family", "evidence": f"{NAME}的女儿家"}
        ),
        201,
    )
    must(upload(f"/me/homes/{claim['id']}/evidence", person.http), 201)
    must(
        person.http.post(
            f"/people/{person.id}/delegations",
            {
                "delegate": str(cast.wang.id),
                "powers": ["pay", "see_alarms"],
                "until": (now() + timedelta(days=90)).isoformat(),
            },
        ),
        201,
    )


def _wishes(cast: Cast, person: Filled) -> None:
    for purpose in purposes.PURPOSES.values():
        must(person.http.put(f"/me/consents/{purpose.code}", {"given": True, "version": purpose.version}))
    must(person.http.patch("/me", {"care_notes": CARE, "language": "en", "elder_mode": True}))
    token = {"token": f"token-of-{NAME}", "platform": "android", "provider": "fcm"}
    must(person.http.put("/push-tokens/her-phone", token))
    outbox.write("sms", PHONE, WORDS, person_id=person.id)
    outbox.write("sms", PHONE, WORDS)


def _tickets(cast: Cast, person: Filled) -> None:
    photo = must(upload("/photos", person.http), 201)
    said = {
        "category": "home-water",
        "text": WORDS,
        "home_id": str(cast.neighbour_home.id),
        "photo_ids": [photo["id"]],
    }
    made = must(person.http.post("/tickets", said, headers={"Idempotency-Key": uuid4().hex}), 201)
    must(person.http.post(f"/tickets/{made['id']}/comments", {"text": WORDS, "visibility": "all"}), 201)
    tickets.comment(cast.manager.actor, ticket_id=made["id"], text="马上派人", visibility="staff")


def _alarm(cast: Cast, person: Filled) -> None:
    make_device(cast, "HER-BUTTON", user=person.member.user, home=cast.neighbour_home)
    alarm = {"id": str(uuid4()), "kind": "sos", "note": WORDS, "lon": 116.46, "lat": 39.9}
    incident = must(person.http.post("/emergency/alarms", alarm), 201)["incident"]
    desk = cast.dispatcher.actor
    emergency.acknowledge(desk, incident_id=incident["id"])
    emergency.note(desk, incident_id=incident["id"], text=f"{NAME}说只是试一下")
    emergency.resolve(desk, incident_id=incident["id"], disposition="test", text=f"{NAME}没事")


def _let(cast: Cast, person: Filled) -> None:
    """A room that the person lets, whose tenant they wrote down by name."""
    tenant = {"name": TENANT, "until": (now() + timedelta(days=90)).isoformat()}
    must(person.http.post(f"/homes/{cast.neighbour_home.id}/occupancy", tenant), 201)


def _payment(cast: Cast, person: Filled, tap: Any) -> None:
    started = pay(person.member, books.electricity(cast.neighbour_home), return_url="https://example.org/back")
    tap(intent_of(started))


def _looked_at(cast: Cast, person: Filled) -> None:
    asked = {"fields": ["name", "phone", "care_notes"], "reason": f"{NAME}请我们上门看看"}
    must(Http(cast.community_worker).post(f"/people/{person.id}/reveal", asked))


def _copy(person: Filled) -> None:
    must(person.http.get("/me/export"), 202)
    jobs.LOOP.drain()
    assert must(person.http.get("/me/export"))["result_url"]
