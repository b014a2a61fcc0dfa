"""The inbox, push tokens and preferences over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import addresses
from notifications.notice import Notice
from notifications.preferences import Preference
from tests.cast import Cast, as_app
from tests.notifications.letters import tell

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_inbox_shows_notices_newest_first_with_their_place_in_the_stream(
    cast: Cast, client_for: Callable[..., Any]
) -> None:
    for count in (1, 2, 3):
        tell(cast.wang.id, params={"count": count})
    shown = client_for(cast.wang).get("/inbox").json()
    assert [item["text"] for item in shown["items"]] == ["您有3条消息", "您有2条消息", "您有1条消息"]
    assert [item["seq"] for item in shown["items"]] == [3, 2, 1]
    assert {item["channel"] for item in shown["items"]} == {f"person:{cast.wang.id}"}
    assert (shown["unread"], shown["next"]) == (3, None)
    english = client_for(cast.wang).get("/inbox?limit=1", headers={"Accept-Language": "en"}).json()
    assert [item["text"] for item in english["items"]] == ["You have 3 messages"]
    rest = client_for(cast.wang).get(f"/inbox?limit=2&cursor={english['next']}").json()
    assert [item["seq"] for item in rest["items"]] == [2, 1]


def test_since_gives_only_what_is_newer(cast: Cast, client_for: Callable[..., Any]) -> None:
    wang = client_for(cast.wang)
    empty = wang.get("/inbox").json()
    assert empty["items"] == []
    tell(cast.wang.id)
    first = wang.get(f"/inbox?since={empty['since']}").json()
    assert [item["seq"] for item in first["items"]] == [1]
    assert wang.get(f"/inbox?since={first['since']}").json()["items"] == []
    tell(cast.wang.id)
    assert [i["seq"] for i in wang.get(f"/inbox?since={first['since']}").json()["items"]] == [2]
    assert wang.get("/inbox?since=forged").status_code == 422


def test_nobody_reads_anothers_inbox(cast: Cast, client_for: Callable[..., Any]) -> None:
    notice = tell(cast.wang.id)
    assert client_for(cast.neighbour).get("/inbox").json()["items"] == []
    assert client_for(cast.admin).get("/inbox").json()["items"] == []
    answer = client_for(cast.neighbour).post("/inbox/read", {"ids": [str(notice.id)]})
    assert answer.json() == {"marked": 0, "unread": 0}
    assert client_for(cast.wang).get("/inbox").json()["unread"] == 1


def test_the_wall_hides_notices_outside_a_reader(cast: Cast) -> None:
    tell(cast.wang.id)
    with as_app():
        assert not Notice.objects.exists()
        assert not addresses.Address.objects.exists()
    assert Notice.objects.count() == 1


def test_notices_are_marked_read_by_id_up_to_a_number_or_all(cast: Cast, client_for: Callable[..., Any]) -> None:
    made = [tell(cast.wang.id) for _ in range(4)]
    wang = client_for(cast.wang)
    assert wang.post("/inbox/read", {"ids": [str(made[3].id)]}).json() == {"marked": 1, "unread": 3}
    assert wang.post("/inbox/read", {"up_to": 2}).json() == {"marked": 2, "unread": 1}
    assert wang.post("/inbox/read", {}).json() == {"marked": 1, "unread": 0}
    assert all(item["read_at"] for item in wang.get("/inbox").json()["items"])


def test_a_push_token_is_kept_for_a_device_and_forgotten_on_request(cast: Cast, client_for: Callable[..., Any]) -> None:
    wang = client_for(cast.wang)
    body = {"token": "ok-1", "platform": "android", "provider": "fcm"}
    answer = wang.put("/push-tokens/phone-1", body)
    assert answer.status_code == 200
    assert "token" not in answer.json()
    assert addresses.live(cast.wang.id, "fcm").get().value == "ok-1"
    assert wang.delete("/push-tokens/phone-1").status_code == 204
    assert wang.delete("/push-tokens/phone-1").status_code == 204
    assert not addresses.live(cast.wang.id, "fcm").exists()
    assert wang.put("/push-tokens/phone-1", body | {"platform": "toaster"}).status_code == 422


def test_preferences_are_replaced_and_shown(cast: Cast, client_for: Callable[..., Any]) -> None:
    wang = client_for(cast.wang)
    assert wang.get("/preferences").json()["language"] == "zh-CN"
    wanted = {"language": "en", "quiet_hours": {"from": "22:00", "until": "07:00"}, "off": {"bill.issued": ["fcm"]}}
    answer = wang.put("/preferences", wanted)
    assert answer.status_code == 200, answer.content
    shown = wang.get("/preferences").json()
    assert {key: shown[key] for key in wanted} == wanted
    assert Preference.objects.get(person_id=cast.wang.id).wants("bill.issued", "sms")


@pytest.mark.parametrize(
    ("wanted", "code", "pointer"),
    [
        ({"off": {"emergency": ["sms"]}}, "emergency-locked", "/off/emergency"),
        ({"off": {"incident.waiting": ["fcm"]}}, "emergency-locked", "/off/incident.waiting"),
        ({"off": {"bill.issued": ["telepathy"]}}, "channel-unknown", "/off/bill.issued"),
        ({"language": "fr"}, "language-unknown", "/language"),
    ],
)
def test_emergencies_cannot_be_switched_off(
    cast: Cast, client_for: Callable[..., Any], wanted: dict[str, Any], code: str, pointer: str
) -> None:
    answer = client_for(cast.wang).put("/preferences", wanted)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["code"], error["pointer"]) == (code, pointer)
    assert not Preference.objects.exists()


def test_the_inbox_costs_the_same_queries_for_one_and_for_many(cast: Cast, client_for: Callable[..., Any]) -> None:
    wang = client_for(cast.wang)
    _ = cast.wang.session
    tell(cast.wang.id)
    with CaptureQueriesContext(connection) as one:
        wang.get("/inbox")
    for _ in range(20):
        tell(cast.wang.id)
    with CaptureQueriesContext(connection) as many:
        assert len(wang.get("/inbox").json()["items"]) == 21
    assert len(many) == len(one)
