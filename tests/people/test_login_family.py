"""The refresh family against a pure model: any order of refreshing, replaying, ending and waiting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from backend.core import clock
from backend.core.clock import now
from backend.core.verb import verb
from backend.people import login
from backend.people.actor import Actor
from backend.people.login_refresh import GRACE
from backend.people.login_sessions import open_session
from backend.people.models import RefreshToken, Session, User


@verb("test.opened")
def opened(actor: Actor, *, user: User) -> login.LoggedIn:
    return open_session(user, {"key": "machine"}, "otp")


class Family(RuleBasedStateMachine):
    """The model: each token's birth, when it was used and for what; one end for all."""

    tokens: Bundle[str] = Bundle("tokens")

    def __init__(self) -> None:
        super().__init__()
        self.moved = clock.moved(timedelta())
        self.moved.__enter__()
        first = opened(Actor.anonymous(), user=User.objects.create())
        self.session, self.first = first.session, first.refresh_token
        self.born = {self.first: now()}
        self.used: dict[str, tuple[Any, str]] = {}
        self.is_ended = False

    def teardown(self) -> None:
        self.moved.__exit__(None, None, None)

    @rule(target=tokens)
    def begin(self) -> str:
        return self.first

    @rule(seconds=st.sampled_from([1, 5, 9, 11, 600, 86_400 * 30, 86_400 * 59, 86_400 * 61]))
    def wait(self, seconds: int) -> None:
        clock._shift += timedelta(seconds=seconds)

    @rule(target=tokens, token=tokens)
    def present(self, token: str) -> Any:
        expected = self.expected(token)
        try:
            got = login.refresh(refresh_token=token)
        except login.RefreshInvalid:
            assert expected is None
            return multiple()
        assert expected is not None
        if expected == "new":
            assert got.refresh_token not in self.born
            self.born[got.refresh_token] = now()
            self.used[token] = (now(), got.refresh_token)
        else:
            assert got.refresh_token == expected
        assert login.token_actor(got.access_token) is not None
        return got.refresh_token

    def expected(self, token: str) -> str | None:
        """`new`: a fresh successor; a token: the same successor again; None: refused, and after the grace that ends the family."""
        moment = now()
        if self.is_ended or moment >= self.session.created_at + login.ABSOLUTE:
            return None
        if moment >= self.born[token] + login.IDLE:
            return None
        if token not in self.used:
            return "new"
        at, successor = self.used[token]
        if moment <= at + GRACE:
            return successor
        self.is_ended = True
        return None

    @rule()
    def forge(self) -> None:
        with pytest.raises(login.RefreshInvalid):
            login.refresh(refresh_token="forged")

    @rule(chance=st.integers(0, 9))
    def end(self, chance: int) -> None:
        actor = login.session_actor(self.session.id)
        if chance == 0 and actor is not None:
            login.end_session(actor, session_id=self.session.id)
            self.is_ended = True

    @invariant()
    def the_rows_say_the_same(self) -> None:
        session = Session.objects.get(id=self.session.id)
        assert (session.revoked_at is not None) == self.is_ended
        unused = RefreshToken.objects.filter(session=session, used_at=None).count()
        assert unused == len(self.born) - len(self.used) == 1


@pytest.mark.django_db
def test_a_family_behaves_as_its_model() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Family,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
