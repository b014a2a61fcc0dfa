"""Meter readings over HTTP: accepted, or refused with the reason."""

from datetime import timedelta
from typing import Any

import pytest

from backend.core.clock import now
from payments.models import Reading
from tests.cast import Cast, Http
from tests.payments import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def meter(cast: Cast) -> Any:
    payee = books.make_payee("演示供电", company=cast.company)
    account = books.make_account(cast.home, payee, books.make_tariff(payee, books.ELECTRICITY), "electricity")
    made = books.make_meter(account)
    Reading.objects.update(read_at=now() - timedelta(days=30))
    return made


def send(member: Any, meter: Any, value: str, *, days_ago: float = 0) -> Any:
    read_at = (now() - timedelta(days=days_ago)).isoformat()
    return Http(member).post(f"/meters/{meter.pk}/readings", {"value": value, "read_at": read_at})


def test_a_resident_reads_the_own_meter(cast: Cast, meter: Any) -> None:
    answer = send(cast.wang, meter, "1300.5")
    assert answer.status_code == 201, answer.content
    assert answer.json()["source"] == "resident"
    assert Reading.objects.get(pk=answer.json()["id"]).reader_id == cast.wang.id


def test_staff_of_the_company_read_it_too(cast: Cast, meter: Any) -> None:
    assert send(cast.manager, meter, "1300").json()["source"] == "staff"


@pytest.mark.parametrize(
    ("who", "status"), [("neighbour", 404), ("outsider", 404), ("other_company_manager", 404), ("finance", 403)]
)
def test_others_cannot(cast: Cast, meter: Any, who: str, status: int) -> None:
    assert send(cast[who], meter, "1300").status_code == status
    assert Reading.objects.count() == 1


@pytest.mark.parametrize(
    ("value", "days_ago", "pointer", "code"),
    [
        ("999.999", 0, "/value", "lower-than-last"),
        ("9000", 0, "/value", "implausible-jump"),
        ("1300", -1, "/read_at", "in-the-future"),
        ("1300", 31, "/read_at", "not-after-last"),
        ("-1", 0, "/value", "not-a-reading"),
        ("1300.0001", 0, "/value", "not-a-reading"),
    ],
)
def test_a_wrong_reading_says_why(cast: Cast, meter: Any, value: str, days_ago: float, pointer: str, code: str) -> None:
    answer = send(cast.wang, meter, value, days_ago=days_ago)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert Reading.objects.count() == 1


@pytest.mark.parametrize("value", ["NaN", "Infinity", "12a", "", None])
def test_what_is_no_number_is_refused(cast: Cast, meter: Any, value: Any) -> None:
    assert send(cast.wang, meter, value).status_code == 422


def test_the_reason_comes_in_the_readers_language(cast: Cast, meter: Any) -> None:
    body = {"value": "1", "read_at": now().isoformat()}
    path = f"/meters/{meter.pk}/readings"
    assert "低于上次读数" in Http(cast.wang).post(path, body).json()["detail"]
    assert "lower than" in Http(cast.wang).post(path, body, headers={"Accept-Language": "en"}).json()["detail"]
