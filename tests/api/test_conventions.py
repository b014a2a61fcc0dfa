"""The conventions of every call: problems, languages, ids of requests, lists, bodies that cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from backend.core import hints, worker
from backend.env import env
from tests.cast import Cast, Http

pytestmark = pytest.mark.django_db
Client = Callable[..., Http]


def is_a_problem(answer: Any, status: int, code: str) -> None:
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert body["type"] == f"/problems/{code}"
    assert body["request_id"] == answer["X-Request-ID"]
    assert body["title"]
    assert body["detail"]
    assert body["instance"]


def test_an_address_that_is_not_there(client_for: Client) -> None:
    is_a_problem(client_for(None).get("/no/such/thing"), 404, "not-found")
    is_a_problem(client_for(None).get("/api/v2/me"), 404, "not-found")


def test_a_method_that_is_not_taken(client_for: Client) -> None:
    answer = client_for(None).delete("/categories")
    is_a_problem(answer, 405, "method-not-allowed")
    assert "GET" in answer["Allow"]


def test_nobody_where_a_person_is_needed(client_for: Client) -> None:
    is_a_problem(client_for(None).get("/me"), 401, "unauthenticated")
    is_a_problem(client_for(None, Authorization="Bearer nonsense").get("/me"), 401, "unauthenticated")


def test_a_cookie_is_no_credential_of_the_api(cast: Cast, client_for: Client) -> None:
    http = client_for(None)
    session = http.client.session
    session["login"] = str(cast.wang.session.id)
    session.save()
    is_a_problem(http.get("/me"), 401, "unauthenticated")


@pytest.mark.parametrize(
    "body", ["", "{", "[1,", '{"phone": NaN}', '{"phone": "\\u0000"}', '{"phone": "\\ud800"}', "[" * 100_000]
)
def test_a_body_that_is_not_json(client_for: Client, body: str) -> None:
    answer = client_for(None).post("/auth/codes", data=body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


def test_what_cannot_be_kept_is_named(client_for: Client) -> None:
    body = '{"phone": "1\\u0000", "x": [{"y": NaN}], "z": "\\ud800"}'
    answer = client_for(None).post("/auth/codes", data=body, content_type="application/json")
    is_a_problem(answer, 422, "invalid")
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/phone", "/x/0/y", "/z"]


def test_a_body_that_says_it_is_something_else(client_for: Client) -> None:
    told = client_for(None).post("/auth/codes", data="<phone/>", content_type="application/xml")
    is_a_problem(told, 415, "unsupported-media-type")


def test_a_body_must_be_an_object(cast: Cast, client_for: Client) -> None:
    for body in ("[]", '"name"', "7", "null"):
        answer = client_for(cast.wang).patch("/me", data=body, content_type="application/json")
        is_a_problem(answer, 422, "invalid")
        assert answer.json()["errors"][0]["pointer"] == ""


def test_a_field_that_nobody_knows_changes_nothing(cast: Cast, client_for: Client) -> None:
    assert client_for(cast.wang).patch("/me", {"elder_mode": True, "shoe_size": 38}).status_code == 200


def test_the_faults_of_fields_are_told_in_both_languages(client_for: Client) -> None:
    for language, words in (("zh-CN", "必填"), ("en", "Field required")):
        answer = client_for(None, **{"Accept-Language": language}).post("/auth/codes", {})
        assert answer.json()["errors"] == [{"pointer": "/phone", "code": "missing", "detail": words}]
    too_far = client_for(None).get("/circle?lon=116&lat=39&minutes=31").json()["errors"]
    assert too_far == [{"pointer": "?minutes", "code": "less-than-equal", "detail": "不能大于 30"}]


def test_an_id_that_cannot_be_one_is_not_found(cast: Cast, client_for: Client) -> None:
    for path in ("/bills/abc", "/services/abc", "/communities/1", "/emergency/incidents/x", "/tickets/y"):
        is_a_problem(client_for(cast.wang).get(path), 404, "not-found")


def test_a_post_to_nowhere_is_not_found(client_for: Client) -> None:
    http = client_for(None)
    http.client.handler.enforce_csrf_checks = True
    is_a_problem(http.post("/emergency/signals/"), 404, "not-found")


def test_nobody_acts_for_another_without_a_power(cast: Cast, client_for: Client) -> None:
    answer = client_for(cast.neighbour).get("/me", headers={"Acting-For": str(cast.wang.id)})
    is_a_problem(answer, 403, "not-a-delegate")
    assert client_for(cast.wang).get("/me", headers={"Acting-For": str(cast.wang.id)}).status_code == 200


def test_what_was_read_is_what_is_changed(cast: Cast, client_for: Client) -> None:
    http = client_for(cast.wang)
    read = http.get("/me")["ETag"]
    assert http.get("/me", headers={"If-None-Match": f'"x", W/{read}'}).status_code == 304
    changed = http.patch("/me", {"name": "王奶奶（新）"}, headers={"If-Match": read})
    assert changed.status_code == 200
    assert changed["ETag"] == http.get("/me")["ETag"] != read
    is_a_problem(http.patch("/me", {"name": "x"}, headers={"If-Match": read}), 412, "precondition-failed")
    assert http.patch("/me", {"elder_mode": True}, headers={"If-Match": "*"}).status_code == 200
    assert http.get("/me").json()["name"] == "王奶奶（新）"
    is_a_problem(http.patch("/me", {"name": "  "}), 422, "invalid")


def test_a_query_that_no_database_can_hold(client_for: Client) -> None:
    is_a_problem(client_for(None).get("/circle?lon=116&lat=39&q=%00"), 400, "bad-request")


def test_a_body_that_is_too_large(client_for: Client) -> None:
    body = json.dumps({"phone": "1" * 2_000_000})
    is_a_problem(client_for(None).post("/auth/codes", data=body, content_type="application/json"), 413, "too-large")


def test_a_wrong_field_is_named(client_for: Client) -> None:
    answer = client_for(None).post("/auth/sessions", {"phone": "13800138000", "code": "1", "device": {"name": "x"}})
    is_a_problem(answer, 422, "invalid")
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/device/key"]


def test_the_text_follows_the_language(client_for: Client) -> None:
    chinese = client_for(None).get("/me").json()["title"]
    english = client_for(None, **{"Accept-Language": "en-GB,en;q=0.9,zh;q=0.2"}).get("/me").json()["title"]
    assert (chinese, english) == ("请先登录", "Log in first.")
    for language in ("zh-CN", "en"):
        assert client_for(None, **{"Accept-Language": language}).get("/categories")["Content-Language"] == language


def test_a_request_keeps_the_id_it_came_with_if_it_is_a_plain_one(client_for: Client) -> None:
    assert client_for(None).get("/me", headers={"X-Request-ID": "abc-12345"})["X-Request-ID"] == "abc-12345"
    assert client_for(None).get("/me", headers={"X-Request-ID": "no spaces!"})["X-Request-ID"] != "no spaces!"


def test_a_list_is_read_page_by_page(cast: Cast, client_for: Client) -> None:
    http = client_for(None)
    path = f"/divisions?parent={cast.district.id}"
    whole = [d["id"] for d in http.get(path).json()["items"]]
    first = http.get(f"{path}&limit=1").json()
    second = http.get(f"{path}&limit=1&cursor={first['next']}").json()
    assert [first["items"][0]["id"], second["items"][0]["id"]] == whole
    assert second["next"] is None


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=forged", "limit=-1"])
def test_a_wrong_page_is_refused(client_for: Client, query: str) -> None:
    answer = client_for(None).get(f"/divisions?{query}")
    is_a_problem(answer, 422, "invalid")
    assert answer.json()["errors"][0]["pointer"] == f"?{query.partition('=')[0]}"


def test_a_cursor_of_another_list_is_refused(cast: Cast, client_for: Client) -> None:
    cursor = client_for(None).get(f"/divisions?parent={cast.district.id}&limit=1").json()["next"]
    other = client_for(cast.wang).get(f"/buildings/{cast.building.id}/homes?cursor={cursor}")
    is_a_problem(other, 422, "invalid")


def test_a_key_gives_the_stored_answer_and_says_so(cast: Cast, client_for: Client) -> None:
    http, key = client_for(cast.outsider), {"Idempotency-Key": "k-1"}
    body = {"home_id": str(cast.home.id), "relation": "family"}
    first = http.post("/me/homes", body, headers=key)
    again = http.post("/me/homes", body, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    is_a_problem(http.post("/me/homes", body | {"relation": "carer"}, headers=key), 422, "idempotency-key-reused")
    is_a_problem(http.post("/me/homes", body, headers={"Idempotency-Key": "x" * 256}), 422, "invalid")


def test_a_refusal_is_not_stored_under_its_key(cast: Cast, client_for: Client) -> None:
    http, key = client_for(cast.outsider), {"Idempotency-Key": "k-2"}
    nowhere = {"home_id": "00000000-0000-7000-8000-000000000000", "relation": "family"}
    is_a_problem(http.post("/me/homes", nowhere, headers=key), 404, "not-found")
    made = http.post("/me/homes", {"home_id": str(cast.home.id), "relation": "family"}, headers=key)
    assert made.status_code == 201


def test_the_documentation_needs_nothing_from_outside(client_for: Client) -> None:
    page = client_for(None).get("/docs").content.decode()
    assert "https://" not in page
    assert "/static/ninja/" in page


def test_health_tells_what_it_checked(client_for: Client) -> None:
    assert client_for(None).get("/livez").json() == {"status": "ok"}
    checks = client_for(None).get("/readyz").json()["checks"]
    assert set(checks) >= {"database", "clock", "migrations", "hints", "worker", "emergency"}


def test_a_lost_hint_carrier_degrades_and_a_lost_worker_fails(
    client_for: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.beat("worker")
    assert client_for(None).get("/readyz").json()["checks"]["emergency"] == {"ok": False}
    worker.beat("emergency")
    assert client_for(None).get("/readyz").json()["status"] == "ok"
    hints.close()
    monkeypatch.setattr(env, "redis_url", "redis://127.0.0.1:1/0")
    degraded = client_for(None).get("/readyz")
    assert (degraded.status_code, degraded.json()["status"]) == (200, "degraded")
    hints.close()
    worker.Heartbeat.objects.all().delete()
    failing = client_for(None).get("/readyz")
    assert (failing.status_code, failing.json()["status"]) == (503, "failing")
