"""The rates: only what was verified counts as resolved, and each office sees its own."""

from datetime import timedelta
from urllib.parse import quote

from backend.core.clock import now
from backend.tickets import actions
from tests.tickets.making import STREET, make_ticket


def test_rates_count_what_was_verified_accepted_in_time_and_rated_well(cast, client_for, moved_clock):
    for state in ("reported", "resolved", "verified", "closed", "cancelled"):
        make_ticket(cast, state)
    rated = make_ticket(cast, "verified")
    actions.rate(cast.wang.actor, ticket_id=rated.id, stars=5)
    actions.rate(cast.wang.actor, ticket_id=make_ticket(cast, "verified").id, stars=2)
    make_ticket(cast, **STREET)
    with moved_clock(timedelta(hours=25)):
        told = client_for(cast.subdistrict_officer).get("/tickets/kpis").json()
        ours = client_for(cast.manager).get("/tickets/kpis").json()
        theirs = client_for(cast.other_company_manager).get("/tickets/kpis").json()
    assert (told["all"]["total"], ours["all"]["total"], theirs["all"]["total"]) == (7, 6, 0)
    assert ours["all"]["response"] == round(5 / 6, 4)
    assert ours["all"]["resolution"] == round(4 / 6, 4)
    assert ours["all"]["satisfaction"] == 0.5
    assert (told["all"]["overdue"], ours["all"]["overdue"]) == (2, 1)
    assert theirs["all"]["response"] is None
    assert [(r["name"], r["total"]) for r in told["by_handler"]] == [("演示物业公司", 6), ("演示街道", 1)]
    assert [(r["name"], r["total"]) for r in told["by_category"]] == [("家里漏水、管道堵塞", 6), ("路灯不亮", 1)]
    assert [r["name"] for r in told["by_community"]] == ["演示社区"]


def test_rates_are_of_a_time_and_need_one_with_an_offset(cast, client_for):
    make_ticket(cast)
    manager, later = client_for(cast.manager), quote((now() + timedelta(minutes=1)).isoformat())
    assert manager.get(f"/tickets/kpis?from={later}").json()["all"]["total"] == 0
    assert manager.get(f"/tickets/kpis?to={later}").json()["all"]["total"] == 1
    assert manager.get("/tickets/kpis?from=2026-01-01T00:00:00").status_code == 422
