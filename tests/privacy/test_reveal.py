"""Revealing what is masked: a right, a reason, a trace that the person can read."""

from __future__ import annotations

from typing import Any

import pytest

from backend.core.audit import AuditRow
from backend.emergency import actions
from backend.people.models import Residency, User
from backend.people.roles import REVEALS, TABLE, Can
from tests.cast import Cast, Http, Member
from tests.emergency.builders import raise_alarm
from tests.privacy.filled import must

pytestmark = pytest.mark.django_db


def ask(member: Member, person: Any, *fields: str, reason: str = "call_back", **more: Any) -> Any:
    return Http(member).post(f"/people/{person}/reveal", {"fields": list(fields), "reason": reason} | more)


def looks(cast: Cast, **headers: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = must(Http(cast.wang, **headers).get("/me/access-log"))["items"]
    return found


def test_a_member_of_the_desk_sees_a_phone_with_a_reason(cast: Cast) -> None:
    answer = ask(cast.manager, cast.wang.id, "phone", "name")
    assert must(answer) == {
        "person_id": str(cast.wang.id),
        "name": "王奶奶",
        "phone": cast.wang.phone,
        "identity_number": None,
        "care_notes": None,
        "contacts": None,
    }
    assert answer["Cache-Control"] == "no-store"


def test_the_person_reads_who_it_was_for_which_office_and_why(cast: Cast) -> None:
    ask(cast.manager, cast.wang.id, "phone", "name", reason="repair")
    (look,) = looks(cast)
    assert (look["name"], look["role"], look["place"]) == ("工作人员manager", "manager", "演示物业公司")
    assert (look["fields"], look["reason"], look["why"]) == (["name", "phone"], "repair", "处理报修")
    assert looks(cast, **{"Accept-Language": "en"})[0]["why"] == "a repair"
    assert cast.manager.phone not in str(look)


def test_words_as_a_reason_are_sealed_in_the_audit_and_read_by_the_person(cast: Cast) -> None:
    ask(cast.community_worker, cast.wang.id, "phone", reason="王奶奶托我们买药")
    row = AuditRow.objects.get(event="person.revealed")
    assert "王奶奶" not in str(row.data)
    assert (row.data["reason"], row.data["fields"]) == ("other", ["phone"])
    assert looks(cast)[0]["why"] == "王奶奶托我们买药"


@pytest.mark.parametrize("reason", ["", "abc", "  ab ", "x" * 201])
def test_no_reason_no_look(cast: Cast, reason: str) -> None:
    assert ask(cast.manager, cast.wang.id, "phone", reason=reason).status_code == 422
    assert looks(cast) == []


def test_each_role_sees_only_what_it_needs(cast: Cast) -> None:
    assert ask(cast.manager, cast.wang.id, "care_notes").json()["code"] == "reveal-not-allowed"
    assert ask(cast.manager, cast.wang.id, "identity_number").json()["code"] == "reveal-not-allowed"
    assert ask(cast.dispatcher, cast.wang.id, "identity_number").json()["code"] == "reveal-not-allowed"
    assert ask(cast.dispatcher, cast.wang.id, "care_notes", "contacts").status_code == 200
    assert ask(cast.community_worker, cast.wang.id, "identity_number", "care_notes").status_code == 200


def test_the_table_of_reveals_is_for_those_who_may_reveal() -> None:
    assert set(REVEALS) == {role for role, held in TABLE.items() if Can.PERSON_REVEAL in held}


def test_care_notes_are_shown_in_full_to_those_who_may(cast: Cast) -> None:
    Http(cast.wang).put("/me/consents/health", {"given": True, "version": "2026-11"})
    must(Http(cast.wang).patch("/me", {"care_notes": "糖尿病"}))
    assert must(ask(cast.dispatcher, cast.wang.id, "care_notes"))["care_notes"] == "糖尿病"


def test_out_of_reach_is_not_found(cast: Cast) -> None:
    for member in (cast.other_company_manager, cast.ended_company_manager, cast.other_community_worker):
        assert ask(member, cast.wang.id, "phone").status_code == 404
    assert ask(cast.manager, cast.company.id, "phone").status_code == 404


def test_a_person_who_moved_out_is_out_of_reach(cast: Cast) -> None:
    assert ask(cast.manager, cast.ended_tenant.id, "phone").status_code == 404
    Residency.objects.filter(user=cast.wang.user).update(state="ended")
    assert ask(cast.manager, cast.wang.id, "phone").status_code == 404


def test_a_desk_reaches_who_calls_it_for_help_from_anywhere(cast: Cast) -> None:
    """The outsider lives elsewhere; an open call on this desk is the bond, and it ends with the call."""
    assert ask(cast.dispatcher, cast.outsider.id, "phone").status_code == 404
    incident = raise_alarm(cast.outsider)
    incident.division, incident.community = cast.community, cast.community
    incident.save()
    assert ask(cast.dispatcher, cast.outsider.id, "phone", about=str(incident.id)).status_code == 200
    actions.acknowledge(cast.dispatcher.actor, incident_id=incident.id)
    actions.resolve(cast.dispatcher.actor, incident_id=incident.id, disposition="false")
    assert ask(cast.dispatcher, cast.outsider.id, "phone").status_code == 404


def test_who_has_looked_too_often_waits(cast: Cast) -> None:
    answers = [ask(cast.manager, cast.wang.id, "phone").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    assert ask(cast.community_worker, cast.wang.id, "phone").status_code == 200


def test_a_reveal_is_never_kept_for_a_repeat(cast: Cast) -> None:
    from backend.core.idempotency import IdempotencyRow

    body = {"fields": ["phone"], "reason": "call_back"}
    must(Http(cast.manager).post(f"/people/{cast.wang.id}/reveal", body, headers={"Idempotency-Key": "one"}))
    assert not IdempotencyRow.objects.exists()


def test_taking_an_incident_shows_whom_to_call_and_says_so(cast: Cast) -> None:
    incident = raise_alarm(cast.wang)
    actions.acknowledge(cast.dispatcher.actor, incident_id=incident.id)
    (look,) = looks(cast)
    assert (look["name"], look["role"], look["place"]) == ("工作人员dispatcher", "dispatcher", "演示社区")
    assert (look["fields"], look["reason"], look["about"]) == (
        ["name", "phone", "contacts"],
        "incident",
        str(incident.id),
    )
    actions.acknowledge(cast.dispatcher.actor, incident_id=incident.id)
    assert len(looks(cast)) == 1


def test_handing_on_is_a_look_of_the_one_who_gets_it(cast: Cast) -> None:
    incident = raise_alarm(cast.wang)
    actions.acknowledge(cast.dispatcher.actor, incident_id=incident.id)
    actions.hand_off(cast.dispatcher.actor, incident_id=incident.id, to=cast.second_dispatcher.id)
    assert [look["name"] for look in looks(cast)] == ["工作人员second_dispatcher", "工作人员dispatcher"]
    assert looks(cast)[0]["place"] == "演示街道"


def test_a_masked_card_is_a_look_too(cast: Cast) -> None:
    must(Http(cast.manager).get(f"/people/{cast.wang.id}"))
    (look,) = looks(cast)
    assert (look["fields"], look["role"], look["place"]) == ([], "manager", "演示物业公司")


def test_the_log_is_the_persons_alone_and_is_paged(cast: Cast) -> None:
    for _ in range(3):
        ask(cast.manager, cast.wang.id, "phone")
    assert must(Http(cast.neighbour).get("/me/access-log"))["items"] == []
    first = must(Http(cast.wang).get("/me/access-log?limit=2"))
    rest = must(Http(cast.wang).get(f"/me/access-log?limit=2&cursor={first['next']}"))
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)


def test_nobody_reveals_who_was_erased(cast: Cast) -> None:
    User.objects.filter(id=cast.wang.id).update(state="erased")
    assert ask(cast.manager, cast.wang.id, "phone").status_code == 404
