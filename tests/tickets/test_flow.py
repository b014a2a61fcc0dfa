"""The state machine as data."""

from backend.tickets.flow import ENDED, HANDLED_BY_A_PERSON, STEPS, State, allowed


def test_every_state_but_the_first_is_reached_and_every_open_one_is_left():
    assert {step.target for step in STEPS.values()} == set(State)
    for state in State:
        assert bool(allowed(state)) or state in {State.CANCELLED, State.MERGED}


def test_only_what_was_verified_is_closed():
    assert [name for name in STEPS if STEPS[name].target == State.CLOSED] == ["close"]
    assert STEPS["close"].origins == {State.VERIFIED}
    assert STEPS["verify"].origins == {State.RESOLVED}


def test_a_pause_leads_nowhere_but_on_or_into_another_ticket():
    assert allowed(State.PAUSED) == ["resume", "merge"]


def test_work_ends_only_through_a_person():
    for name in ("resolve", "pause"):
        assert STEPS[name].origins <= HANDLED_BY_A_PERSON
    assert not ENDED & HANDLED_BY_A_PERSON
