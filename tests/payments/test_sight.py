"""Who sees what: in the querysets, and behind the row walls in the role that serves people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext

from backend.core.queries import reading
from payments.models import Account, Allocation, Attempt, Bill, BillLine, Meter, Payment, Reading, Refund
from tests.cast import Cast, Http, as_app
from tests.payments import books
from tests.payments.paying import pay
from tests.sandbox_process import Sandbox

WALLED = (Account, Bill, BillLine, Meter, Reading, Payment, Attempt, Allocation)


@pytest.fixture
def town(cast: Cast, sandbox: Sandbox) -> None:
    """Two homes with a utility bill and a property fee each, both being paid."""
    for home, member in ((cast.home, cast.wang), (cast.neighbour_home, cast.neighbour)):
        pay(member, books.electricity(home), books.property_fee(home, cast.company))


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in WALLED}


@pytest.mark.django_db(transaction=True)
def test_the_walls_hold_without_any_filter(cast: Cast, town: None) -> None:
    everything, actors = (
        counts(),
        {key: cast[key].actor for key in ("wang", "outsider", "finance", "auditor", "manager")},
    )
    assert everything["Bill"] == 4
    seen = {}
    with as_app():
        assert set(counts().values()) == {0}
        for key, actor in actors.items():
            with reading(actor):
                seen[key] = counts()
        assert set(counts().values()) == {0}
    assert set(seen["outsider"].values()) == {0}
    assert seen["auditor"] == everything
    assert seen["wang"] == {
        "Account": 2,
        "Bill": 2,
        "BillLine": 3,
        "Meter": 1,
        "Reading": 2,
        "Payment": 1,
        "Attempt": 2,
        "Allocation": 2,
    }
    assert {name: seen["finance"][name] for name in ("Account", "Bill", "Meter", "Payment", "Attempt")} == {
        "Account": 2,
        "Bill": 2,
        "Meter": 0,
        "Payment": 2,
        "Attempt": 2,
    }


@pytest.mark.django_db(transaction=True)
def test_nobody_writes_past_the_walls(cast: Cast, town: None) -> None:
    wang, outsider = cast.wang.actor, cast.outsider.actor
    with as_app():
        with reading(outsider):
            assert Bill.objects.update(paid=1) == 0
            assert Refund.objects.update(amount=1) == 0
        with reading(wang), pytest.raises(ProgrammingError):
            Account.objects.create(
                payee_id=Bill.objects.values_list("payee_id", flat=True)[0],
                home_id=cast.other_home.pk,
                community_id=cast.other_home.community_id,
                compound_id=cast.other_home.compound_id,
                kind="gas",
                account_no="x",
            )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "bills"), [("wang", 2), ("outsider", 0), ("finance", 2), ("auditor", 4), ("manager", 0)]
)
def test_lists_show_what_is_in_sight(cast: Cast, town: None, who: str, bills: int) -> None:
    assert len(Http(cast[who]).get("/bills").json()["items"]) == bills
    assert len(Http(cast[who]).get("/accounts").json()["items"]) == bills


@pytest.mark.django_db
def test_a_bill_is_listed_in_the_readers_language(cast: Cast) -> None:
    books.electricity(cast.home)
    [zh] = Http(cast.wang).get("/bills").json()["items"]
    [en] = Http(cast.wang, **{"Accept-Language": "en"}).get("/bills").json()["items"]
    assert (zh["payee"]["name"], zh["lines"][0]["label"]) == ("演示供电公司", "居民价格 第1档")
    assert (en["payee"]["name"], en["lines"][0]["label"]) == ("演示供电公司 (en)", "Household price, tier 1")


@pytest.mark.django_db
def test_an_account_shows_its_meter_and_what_is_owed(cast: Cast) -> None:
    bill = books.electricity(cast.home)
    [account] = Http(cast.wang).get("/accounts").json()["items"]
    assert account == Http(cast.wang).get(f"/accounts/{bill.account_id}").json()
    assert (account["balance"], account["unit"], account["mode"]) == (-14949, "kWh", "postpaid")
    assert account["meter"]["last"]["value"] == "1300"


@pytest.mark.django_db
def test_bills_are_found_by_state_and_account(cast: Cast) -> None:
    first, second = books.electricity(cast.home), books.property_fee(cast.home, cast.company)
    http = Http(cast.wang)
    assert [row["id"] for row in http.get("/bills?state=open&limit=1").json()["items"]] == [str(second.pk)]
    page = http.get("/bills?limit=1").json()
    assert [row["id"] for row in http.get(f"/bills?limit=1&cursor={page['next']}").json()["items"]] == [str(first.pk)]
    assert [row["id"] for row in http.get(f"/bills?account_id={first.account_id}").json()["items"]] == [str(first.pk)]
    assert http.get("/bills?state=paid").json() == {"items": [], "next": None}
    assert http.get("/bills?state=lost").status_code == 422


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/bills", "/accounts"])
def test_a_longer_list_takes_no_more_queries(cast: Cast, path: str, client_for: Callable[..., Any]) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client_for(cast.wang).get(path).status_code == 200
        return len(asked)

    books.electricity(cast.home)
    queries()
    few = queries()
    for _ in range(4):
        books.electricity(cast.home)
        books.property_fee(cast.home, cast.company)
    assert queries() == few
