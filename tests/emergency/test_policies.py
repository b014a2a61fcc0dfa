"""The ladder's arithmetic."""

from hypothesis import given
from hypothesis import strategies as st

from backend.emergency import policies
from backend.emergency.kinds import Priority


def test_the_default_ladders_are_usable() -> None:
    for priority in Priority.values:
        assert policies.faults(policies.DEFAULTS[priority]["steps"]) == []


def test_after_the_last_step_the_first_follows_again() -> None:
    policy = policies.DEFAULTS[Priority.LIFE]
    assert [policies.step_of(policy, n)["target"] for n in range(4)] == ["desk", "second", "contacts", "desk"]


@given(
    steps=st.lists(
        st.fixed_dictionaries({"target": st.sampled_from(policies.TARGETS), "wait": st.integers(1, 600)}),
        min_size=1,
        max_size=5,
    ),
    there=st.booleans(),
)
def test_every_round_of_every_ladder_waits_somewhere(steps: list[policies.Step], there: bool) -> None:
    policy: policies.Policy = {"at_once": True, "steps": steps}
    assert sum(policies.wait_of(policy, n, anyone_there=there) for n in range(len(steps))) > 0


def test_an_absent_desk_is_left_at_once_but_never_for_a_device_fault() -> None:
    assert policies.wait_of(policies.DEFAULTS[Priority.LIFE], 0, anyone_there=False) == 0
    assert policies.wait_of(policies.DEFAULTS[Priority.LIFE], 0, anyone_there=True) == 30
    assert policies.wait_of(policies.DEFAULTS[Priority.DEVICE], 0, anyone_there=False) == 3600


def test_a_ladder_without_steps_waits_or_targets_is_faulty() -> None:
    assert policies.faults([])
    assert policies.faults([{"target": "moon", "wait": 0}])
