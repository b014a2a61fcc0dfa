"""What two devices or two officers send in the same moment."""

from __future__ import annotations

from uuid import uuid4

import pytest

from backend.directory.bookings import offers
from backend.directory.identifiers import is_uscc
from backend.directory.intake import providers
from backend.directory.models import Membership, Offer, OrganizationIdentifier, Slot
from tests.cast import Cast, barrier
from tests.directory.bookings import making

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_offer_comes_of_one_id(cast: Cast) -> None:
    at, key = making.make_at(cast), uuid4()
    made = barrier(6, lambda _: offers.make_offer(making.SYSTEM, place_id=at.id, title="演示", id=key))
    assert {type(one) for one in made} == {Offer}
    assert sum(not getattr(one, "is_repeat", False) for one in made) == 1


def test_one_session_comes_of_one_id(cast: Cast) -> None:
    offer, key = making.make_offer(cast, venue=True, kind="sessions", capacity=2), uuid4()
    assert {type(one) for one in barrier(6, lambda _: making.make_session(offer, id=key))} == {Slot}


def test_two_who_ask_with_one_new_credit_code_join_one_organization(cast: Cast) -> None:
    code = next(code for end in "0123456789ABCDEFGHJKLMNPQRTUWXY" if is_uscc(code := f"91110105MA01ABCD0{end}"))
    asked = [
        providers.apply_for(
            who.actor, name="演示·和顺家政", category="housekeeping", phone="010-65551234", credit_code=code,
            community_id=cast.community.id,
        )
        for who in (cast.wang, cast.neighbour)
    ]  # fmt: skip
    officers = (cast.community_worker.actor, cast.subdistrict_officer.actor)
    done = barrier(2, lambda n: providers.approve(officers[n], application_id=asked[n].id))
    assert [getattr(one, "state", one) for one in done] == ["approved", "approved"]
    assert Membership.objects.values("organization").distinct().count() == 1
    assert OrganizationIdentifier.objects.filter(identifier=code).count() == 1
