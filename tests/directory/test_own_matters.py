"""Who acts for an organization decides nothing about it in office, and praises it with no stars."""

from __future__ import annotations

import pytest

from backend.core.errors import NotFound
from backend.directory import credit_acting
from backend.directory.bookings import reading
from backend.directory.intake import corrections, proposals, providers
from backend.directory.intake.errors import AlreadyDecided, OwnMatter
from backend.directory.models import Membership, Offer, Organization, Proposal, Rating
from backend.directory.ratings import acting
from backend.people.models import RoleGrant
from backend.people.roles import Role
from tests.cast import Cast, Member
from tests.directory.bookings import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(cast: Cast) -> Offer:
    return making.make_offer(cast)


@pytest.fixture
def both(cast: Cast, offer: Offer) -> Member:
    """A member of the organization who is a community worker of its place too."""
    member = making.make_provider(cast, offer)
    RoleGrant.objects.create(
        user=member.user, role=Role.COMMUNITY_WORKER, scope_kind="community", scope_id=cast.community.id
    )
    return member


def test_nobody_rates_their_own_organization(cast: Cast, offer: Offer) -> None:
    with pytest.raises(acting.OwnService):
        acting.rate(making.make_provider(cast, offer).actor, service_id=offer.place.service_id, stars=5)
    assert not Rating.objects.exists()


def test_nobody_hides_what_is_said_of_their_own_organization(cast: Cast, offer: Offer, both: Member) -> None:
    said = acting.rate(cast.wang.actor, service_id=offer.place.service_id, stars=1, text="等了很久")
    with pytest.raises(OwnMatter):
        acting.hide(both.actor, rating_id=said.id, reason="abuse")


def test_nobody_vouches_for_their_own_organization(offer: Offer, both: Member) -> None:
    service, organization = offer.place.service_id, offer.organization_id
    for act in (
        lambda: credit_acting.certify(both.actor, service_id=service),
        lambda: credit_acting.suspend(both.actor, reason="演示", organization_id=organization),
        lambda: credit_acting.restore(both.actor, service_id=service),
    ):
        with pytest.raises(OwnMatter):
            act()


def test_nobody_dismisses_a_complaint_about_their_own_organization(cast: Cast, offer: Offer, both: Member) -> None:
    told = corrections.report(cast.wang.actor, service_id=offer.place.service_id, kind="closed")
    with pytest.raises(OwnMatter):
        corrections.dismiss(both.actor, correction_id=told.id, reason="不属实")


def test_a_fellow_members_proposal_stays_anothers_matter_when_they_are_gone(
    cast: Cast, offer: Offer, both: Member
) -> None:
    fellow = making.make_provider(cast, offer, "fellow")
    asked = proposals.propose(fellow.actor, service_id=offer.place.service_id, wanted={"phone": "010-65550001"})
    Proposal.objects.filter(id=asked.id).update(person=None)  # as an erasure leaves it
    with pytest.raises(OwnMatter):
        proposals.approve(both.actor, proposal_id=asked.id)


def test_who_no_longer_has_the_service_no_longer_sees_who_books_it(cast: Cast, offer: Offer) -> None:
    before, after = making.make_provider(cast, offer), cast.add("after", "演示商户柳")
    other = Organization.objects.create(name="演示·另一家理发店")
    RoleGrant.objects.create(user=after.user, role=Role.PROVIDER, scope_kind="community", scope_id=cast.community.id)
    Membership.objects.create(person=after.user, organization=other)
    claimed = proposals.claim(after.actor, organization_id=other.id, service_id=offer.place.service_id)
    proposals.approve(cast.community_worker.actor, proposal_id=claimed.id)
    booked = making.book(cast.wang, offer)
    with pytest.raises(NotFound):
        reading.one(before.actor, booked.id)
    assert reading.one(after.actor, booked.id).person == "王**"


def test_what_a_member_proposed_goes_with_the_membership(cast: Cast, offer: Offer) -> None:
    member = making.make_provider(cast, offer)
    asked = proposals.propose(member.actor, service_id=offer.place.service_id, wanted={"phone": "010-65550001"})
    providers.end_membership(cast.community_worker.actor, membership_id=Membership.objects.get(person=member.user).id)
    assert Proposal.objects.get(id=asked.id).state == "withdrawn"
    with pytest.raises(AlreadyDecided):
        proposals.approve(cast.community_worker.actor, proposal_id=asked.id)
