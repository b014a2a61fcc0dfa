"""Codes: one purpose each, the same work for every phone, an end to guessing, and an alarm when nobody enters them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.core.clock import now
from backend.core.ids import uuid7
from backend.core.vault import PersonKey
from backend.env import env
from backend.people import forgetting, login, login_alarm, login_codes, login_proof, phones
from backend.people.login_codes import Purpose
from backend.people.models import CodeBreaker, LoginCode, User
from notifications.deliveries import Delivery
from tests.cast import Cast, Http
from tests.people.logins import DEVICE, PHONE, asked_code, last_code, last_text, texts, wrong

NUMBER = phones.normalise(PHONE)


def work_of(phone: str, client_for: Callable[..., Http]) -> tuple[int, Any, list[str]]:
    """Status, body and the statements (their first words) of asking a code for this phone."""
    with CaptureQueriesContext(connection) as seen:
        answer = client_for(None).post("/auth/codes", {"phone": phone})
    shapes = [re.sub(r" *['{0-9-].*", "", " ".join(q["sql"].split()[:4])) for q in seen.captured_queries]
    return answer.status_code, answer.json(), [s for s in shapes if not s.startswith(("SAVEPOINT", "RELEASE"))]


@pytest.mark.django_db
def test_a_code_costs_the_same_answer_and_the_same_work_whoevers_phone_it_is(
    client_for: Callable[..., Http], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env, "code_ip_hour", 100)
    cast = Cast()
    work_of("13811110000", client_for)
    known, unknown = work_of(cast.wang.phone, client_for), work_of("13811110001", client_for)
    foreign, landline = work_of("+14155550123", client_for), work_of("+861085123456", client_for)
    CodeBreaker.objects.create(scope="district", sent=1, verified=0, open_until=now() + timedelta(minutes=5))
    held, spared = work_of("13811110002", client_for), work_of(cast.neighbour.phone, client_for)
    assert known[0] == 202
    for other in (unknown, foreign, landline, held, spared):
        assert other == known


@pytest.mark.django_db
def test_phones_abroad_get_no_code_unless_the_operator_allows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    login.ask_code(phone="+14155550123")
    row = LoginCode.objects.get()
    assert not row.is_sent
    kept = Delivery.objects.get(topic="login.code")
    assert (kept.state, kept.sealed, kept.due_at) == ("failed", None, None)
    monkeypatch.setattr(env, "sms_countries", "86, 1")
    login.ask_code(phone="+14155550124")
    assert LoginCode.objects.latest("created_at").is_sent
    assert texts("login.code") == 1


@pytest.mark.django_db
@pytest.mark.parametrize("asked", list(Purpose))
@pytest.mark.parametrize("used", list(Purpose))
def test_a_code_is_good_for_its_own_purpose_only(asked: Any, used: Any) -> None:
    matter = uuid7()
    login_codes.ask(asked, number=NUMBER, about=matter)
    code = last_code()
    if asked == used:
        assert login_codes.check(used, number=NUMBER, code=code, about=matter).purpose == used
    else:
        with pytest.raises(login.CodeExpired):
            login_codes.check(used, number=NUMBER, code=code, about=matter)


@pytest.mark.django_db
def test_a_code_is_good_for_its_own_matter_only_even_when_the_row_is_bent() -> None:
    login_codes.ask(Purpose.DELEGATION, number=NUMBER, about=uuid7())
    code, other = last_code(), uuid7()
    with pytest.raises(login.CodeExpired):
        login_codes.check(Purpose.DELEGATION, number=NUMBER, code=code, about=other)
    LoginCode.objects.update(about=other)
    with pytest.raises(login.CodeWrong):
        login_codes.check(Purpose.DELEGATION, number=NUMBER, code=code, about=other)
    LoginCode.objects.update(about=None, purpose=Purpose.LOGIN)
    with pytest.raises(login.CodeWrong):
        login.log_in(phone=PHONE, code=code, device=DEVICE)


@pytest.mark.django_db
def test_a_wrong_code_says_how_many_tries_are_left(client_for: Callable[..., Http]) -> None:
    body = {"phone": PHONE, "code": wrong(asked_code()), "device": DEVICE}
    told = [client_for(None).post("/auth/sessions", body) for _ in range(6)]
    assert [a.json().get("attempts_left") for a in told] == [4, 3, 2, 1, 0, None]
    assert told[5].status_code == 410


@pytest.mark.django_db
def test_after_twenty_wrong_codes_a_day_a_voice_and_a_desk_are_offered(
    client_for: Callable[..., Http], moved_clock: Any
) -> None:
    moment = now()
    begin = timedelta(seconds=86400 - moment.timestamp() % 86400 + 10)  # shortly after midnight UTC
    for round_ in range(4):
        with moved_clock(begin + timedelta(hours=round_)):
            bad = wrong(asked_code())
            for _ in range(5):
                with pytest.raises(login.CodeWrong):
                    login.log_in(phone=PHONE, code=bad, device=DEVICE)
    with moved_clock(begin + timedelta(hours=5)):
        english = client_for(None, **{"Accept-Language": "en"}).post("/auth/codes", {"phone": PHONE})
        chinese = client_for(None).post("/auth/codes", {"phone": PHONE})
    assert (english.status_code, english.json()["code"]) == (429, "codes-used-up")
    assert "12345" in english.json()["detail"]
    assert "desk" in english.json()["detail"]
    assert "12345" in chinese.json()["detail"]
    with moved_clock(begin + timedelta(hours=25)):
        login.log_in(phone=PHONE, code=asked_code(), device=DEVICE)


@pytest.mark.django_db
def test_right_codes_use_up_no_tries(monkeypatch: pytest.MonkeyPatch, moved_clock: Any) -> None:
    monkeypatch.setattr(env, "code_wrong_day", 1)
    for round_ in range(3):
        with moved_clock(timedelta(minutes=2 * round_)):
            login.log_in(phone=PHONE, code=asked_code(), device=DEVICE)


@pytest.mark.django_db
def test_the_text_says_what_the_code_is_for() -> None:
    cast = Cast()
    login_proof.ask_code(cast.wang.actor)
    phone, text = last_text()
    assert phone == cast.wang.phone
    assert "确认是您本人" in text


@pytest.mark.django_db
def test_the_key_of_a_codes_text_goes_with_the_code(moved_clock: Any) -> None:
    asked_code()
    row = LoginCode.objects.get()
    assert PersonKey.objects.filter(owner_id=row.id).exists()
    with moved_clock(timedelta(days=2)):
        forgetting.forget_old_logins()
    assert not PersonKey.objects.filter(owner_id=row.id).exists()


def sent(count: int, *, verified: int, prefix: bytes = b"p", minutes: float = 5) -> None:
    """Codes that were sent some minutes ago, of which so many were entered."""
    at = now() - timedelta(minutes=minutes)
    LoginCode.objects.bulk_create(
        LoginCode(
            phone_blind=uuid7().bytes, prefix_blind=prefix, code_mac=b"", created_at=at, expires_at=at,
            consumed_at=at if i < verified else None,
        )
        for i in range(count)
    )  # fmt: skip


@pytest.mark.django_db
def test_codes_that_nobody_enters_open_the_breaker_of_their_range(caplog: Any) -> None:
    sent(20, verified=7, prefix=b"pumped")
    sent(20, verified=8, prefix=b"fine")
    assert login_alarm.check_conversion() == [b"pumped".hex()]
    assert login_alarm.is_open(b"pumped")
    assert not login_alarm.is_open(b"fine")
    assert "login.breaker-opened" in caplog.text
    assert login_alarm.check_conversion() == []


@pytest.mark.django_db
def test_few_codes_and_codes_that_are_still_being_read_raise_no_alarm() -> None:
    sent(19, verified=0)
    sent(100, verified=0, prefix=b"q", minutes=1)
    sent(100, verified=0, prefix=b"r", minutes=16)
    assert login_alarm.check_conversion() == []


@pytest.mark.django_db
def test_the_districts_breaker_spares_known_phones_and_closes_by_itself(
    monkeypatch: pytest.MonkeyPatch, moved_clock: Any
) -> None:
    cast = Cast()
    monkeypatch.setattr(env, "code_alarm_sends", 30)
    for prefix in range(3):
        sent(10, verified=3, prefix=bytes([prefix]))
    assert login_alarm.check_conversion() == ["district"]
    login.ask_code(phone=cast.wang.phone)
    assert texts("login.code") == 1
    login.ask_code(phone=PHONE)
    assert texts("login.code") == 1
    with moved_clock(timedelta(minutes=16)):
        assert login_alarm.check_conversion() == []
        assert not CodeBreaker.objects.exists()
        login.log_in(phone=PHONE, code=asked_code(), device=DEVICE)
    assert User.objects.filter(phone_blind=phones.blind(NUMBER)).exists()


@pytest.mark.django_db
def test_the_metrics_count_codes_sent_and_entered_and_open_breakers(client_for: Callable[..., Http]) -> None:
    def read(name: str) -> float:
        lines = client_for(None).client.get("/metrics").content.decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

    before = read("yike_codes_sent_total"), read("yike_codes_verified_total")
    login.log_in(phone=PHONE, code=asked_code(), device=DEVICE)
    login.ask_code(phone="+14155550123")
    assert (read("yike_codes_sent_total"), read("yike_codes_verified_total")) == (before[0] + 1, before[1] + 1)
    assert read("yike_code_breakers_open") == 0
    CodeBreaker.objects.create(scope="district", sent=1, verified=0, open_until=now() + timedelta(minutes=5))
    assert read("yike_code_breakers_open") == 1
