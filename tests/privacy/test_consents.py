"""Consent: asked apart, answered once, withdrawn with effect, not nagged about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from backend.core import jobs, vault
from backend.core.audit import AuditRow
from backend.emergency.models import Signal
from backend.people import consents, identity, purposes
from backend.people.models import Consent, EmergencyContact, User
from notifications import addresses
from notifications.addresses import Address
from notifications.deliveries import Delivery
from tests.bulletins.test_bulletins import published, told
from tests.cast import Cast, Http
from tests.emergency.builders import raise_alarm
from tests.privacy.filled import must

pytestmark = pytest.mark.django_db
VERSION = purposes.PURPOSES["health"].version


def said(cast: Cast, purpose: str, **headers: str) -> Any:
    items = must(Http(cast.wang, **headers).get("/me/consents"))["items"]
    return next(item for item in items if item["purpose"] == purpose)


def put(cast: Cast, purpose: str, given: bool, version: str = VERSION) -> Any:
    return Http(cast.wang).put(f"/me/consents/{purpose}", {"given": given, "version": version})


def test_every_purpose_is_told_in_both_languages(cast: Cast) -> None:
    for item in must(Http(cast.wang).get("/me/consents"))["items"]:
        english = said(cast, item["purpose"], **{"Accept-Language": "en"})
        assert item["state"] == "never"
        assert item["may_ask"]
        assert english["title"] != item["title"]
        assert english["text"].isascii()
        assert not item["text"].isascii()


def test_sensitive_purposes_are_asked_one_by_one(cast: Cast) -> None:
    sensitive = {code for code, purpose in purposes.PURPOSES.items() if purpose.is_sensitive}
    assert sensitive == {"health", "identity", "location"}
    put(cast, "account", True)
    assert [said(cast, code)["state"] for code in sensitive] == ["never"] * 3


def test_care_notes_are_kept_only_with_the_consent_for_them(cast: Cast) -> None:
    refused = Http(cast.wang).patch("/me", {"care_notes": "糖尿病"})
    assert (refused.status_code, refused.json()["code"], refused.json()["purpose"]) == (403, "consent-needed", "health")
    put(cast, "health", True)
    assert must(Http(cast.wang).patch("/me", {"care_notes": "糖尿病"}))["care_notes"] == "糖尿病"
    row = User.objects.get(id=cast.wang.id)
    assert vault.unseal(row.id, "people.user.care", row.care_notes_sealed or b"") == "糖尿病"


def test_withdrawing_destroys_them_at_once(cast: Cast) -> None:
    put(cast, "health", True)
    Http(cast.wang).patch("/me", {"care_notes": "糖尿病"})
    must(put(cast, "health", False))
    assert User.objects.get(id=cast.wang.id).care_notes_sealed is None
    assert must(Http(cast.wang).get("/me"))["care_notes"] == ""
    assert Http(cast.wang).patch("/me", {"care_notes": "糖尿病"}).json()["code"] == "consent-needed"


def test_blank_care_notes_need_no_consent(cast: Cast) -> None:
    assert must(Http(cast.wang).patch("/me", {"care_notes": " "}))["care_notes"] == ""


def test_withdrawing_contacts_deletes_them_and_their_phones(cast: Cast) -> None:
    Http(cast.wang).put("/me/emergency-contacts", [{"name": "女儿", "phone": "13800138001"}])
    must(put(cast, "emergency_contacts", False))
    assert not EmergencyContact.objects.filter(user=cast.wang.user).exists()
    assert not Address.objects.filter(person_id=cast.wang.id, is_own=False).exists()
    again = Http(cast.wang).put("/me/emergency-contacts", [{"name": "女儿", "phone": "13800138001"}])
    assert again.json()["code"] == "consent-needed"


def test_without_consent_an_alarm_goes_out_without_the_position(cast: Cast) -> None:
    must(put(cast, "location", False))
    incident = raise_alarm(cast.wang, lon=116.46, lat=39.9, note="摔倒了")
    signal = Signal.objects.get(incident_id=incident.id)
    assert signal.detail() == {"note": "摔倒了"}
    assert b"116.46" not in signal.raw
    assert incident.home_id == cast.home.id


def test_who_was_never_asked_is_found_in_an_emergency(cast: Cast) -> None:
    incident = raise_alarm(cast.wang, lon=116.46, lat=39.9)
    assert Signal.objects.get(incident_id=incident.id).detail()["lon"] == pytest.approx(116.46)


def test_who_said_no_is_not_asked_again_for_thirty_days(cast: Cast, moved_clock: Callable[..., Any]) -> None:
    must(put(cast, "notices", False))
    assert (said(cast, "notices")["state"], said(cast, "notices")["may_ask"]) == ("withdrawn", False)
    with moved_clock(timedelta(days=31)):
        assert consents.answers(cast.wang.id)[-1].may_ask


def test_new_words_ask_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    must(put(cast, "health", True))
    assert not said(cast, "health")["may_ask"]
    newer = purposes.Purpose("health", "2027-01", "照护", "Care", "新的说明", "new words", is_sensitive=True)
    monkeypatch.setitem(purposes.PURPOSES, "health", newer)
    assert (said(cast, "health")["state"], said(cast, "health")["may_ask"]) == ("given", True)
    assert put(cast, "health", True).json()["errors"][0]["code"] == "version-old"


def test_the_terms_cannot_be_withdrawn_but_the_account_can_be_closed(cast: Cast) -> None:
    refused = put(cast, "account", False)
    assert (refused.status_code, refused.json()["code"]) == (409, "account-needs-consent")


def test_an_unknown_purpose_is_not_found(cast: Cast) -> None:
    assert put(cast, "marketing", True).status_code == 404


def test_answers_are_rows_that_nobody_changes(cast: Cast) -> None:
    for given in (True, False, True):
        must(put(cast, "health", given))
    rows = Consent.objects.filter(user=cast.wang.user, purpose="health")
    assert list(rows.order_by("id").values_list("is_given", flat=True)) == [True, False, True]
    assert AuditRow.objects.filter(event__startswith="consent.", actor_id=cast.wang.id).count() == 3
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(is_given=False)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


def test_what_was_agreed_to_at_the_desk_names_its_witness(cast: Cast) -> None:
    digits = "11010519491231002"
    asked = {
        "name": "赵爷爷",
        "home_id": str(cast.home.id),
        "relation": "family",
        "witnessed": True,
        "identity_number": digits + identity.check(digits),
    }
    must(Http(cast.manager).post("/people", asked), 201)
    rows = Consent.objects.filter(witness=cast.manager.user)
    assert {(row.purpose, row.channel) for row in rows} == {("account", "desk"), ("identity", "desk")}


def test_who_refuses_is_found_for_everybody_at_once(cast: Cast) -> None:
    must(put(cast, "notices", False))
    assert list(consents.refusing("notices")) == [cast.wang.id]
    must(put(cast, "notices", True))
    assert list(consents.refusing("notices")) == []


def test_who_said_no_to_notices_is_not_pushed_but_reads_them_in_the_inbox(cast: Cast) -> None:
    for who in (cast.wang, cast.neighbour):
        addresses.add(who.id, addresses.FCM, f"token-{who.key}")
    must(put(cast, "notices", False))
    row = published(cast)
    jobs.BROADCASTS.drain()
    assert set(Delivery.objects.filter(notice_id=row.id).values_list("person_id", flat=True)) == {cast.neighbour.id}
    assert len(told(cast.wang)) == 1


def test_what_is_urgent_is_pushed_to_everybody(cast: Cast) -> None:
    addresses.add(cast.wang.id, addresses.FCM, "token-wang")
    must(put(cast, "notices", False))
    row = published(cast, severity="urgent")
    jobs.BROADCASTS.drain()
    assert Delivery.objects.filter(notice_id=row.id, person_id=cast.wang.id).exists()
