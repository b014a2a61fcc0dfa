"""Duty: who is on a desk now."""

from __future__ import annotations

from collections.abc import Callable

from tests.cast import Cast, Http


def test_who_keeps_one_desk_need_not_name_it(cast: Cast, client_for: Callable[..., Http]) -> None:
    started = client_for(cast.dispatcher).post("/duty/start").json()["items"]
    assert [row["division_id"] for row in started] == [str(cast.community.id)]
    assert client_for(cast.dispatcher).post("/duty/start").json()["items"][0]["id"] == started[0]["id"]


def test_without_a_desk_one_sees_all_that_one_may_watch(cast: Cast, client_for: Callable[..., Http]) -> None:
    client_for(cast.dispatcher).post("/duty/start", {"division_id": str(cast.community.id)})
    for watcher, count in ((cast.dispatcher, 1), (cast.district_dispatcher, 1), (cast.wang, None)):
        answer = client_for(watcher).get("/duty")
        assert (len(answer.json()["items"]) if answer.status_code == 200 else None) == count
    client_for(cast.dispatcher).post("/duty/end")
    assert client_for(cast.dispatcher).get("/duty").json()["items"] == []
