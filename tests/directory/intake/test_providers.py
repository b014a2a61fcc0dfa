"""A person asks to act for an organization, then proposes; officers of the place decide; both sides are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.core.clock import now
from backend.core.errors import Forbidden, Invalid, NotFound
from backend.directory import hours, keeping
from backend.directory.intake import proposals, providers
from backend.directory.intake.errors import (
    AlreadyAsked,
    AlreadyDecided,
    NotMembers,
    OwnMatter,
    ProposalStale,
    ProposalWaits,
)
from backend.directory.intake.membership import organizations_of
from backend.directory.models import Application, Membership, Organization, Proposal, Service, ServiceAtLocation
from backend.people.models import RoleGrant
from backend.people.roles import Can, Role
from notifications.models import Notice
from tests.cast import Cast, Member, barrier
from tests.directory.conftest import make_place


def ask(who: Member, cast: Cast, **told: Any) -> Application:
    given = {
        "name": "演示·和顺家政",
        "category": "housekeeping",
        "phone": "010-65551234",
        "community_id": cast.community.id,
    }
    return providers.apply_for(who.actor, **(given | told))


def topics(who: Member) -> list[str]:
    return list(Notice.objects.filter(person_id=who.id).order_by("created_at").values_list("topic", flat=True))


def test_an_approved_applicant_acts_for_the_organization(cast: Cast) -> None:
    made = ask(cast.wang, cast)
    assert organizations_of(cast.wang.actor) == set()
    done = providers.approve(cast.community_worker.actor, application_id=made.id)
    assert done.organization is not None
    assert organizations_of(cast.wang.actor) == {done.organization.id}
    assert cast.wang.actor.may(Can.SERVICE_OFFER, community=cast.community.id)
    assert topics(cast.wang) == ["provider.approved"]
    with pytest.raises(AlreadyDecided):
        providers.refuse(cast.subdistrict_officer.actor, application_id=made.id, reason="不")


def test_a_known_credit_code_joins_the_organization_that_has_it(cast: Cast) -> None:
    from backend.directory.identifiers import is_uscc

    code = next(
        f"91110105MA0123456{sign}" for sign in "0123456789ABCDEFGHJKLMNPQRTUWXY" if is_uscc(f"91110105MA0123456{sign}")
    )
    first = providers.approve(cast.community_worker.actor, application_id=ask(cast.wang, cast, credit_code=code).id)
    second = providers.approve(
        cast.community_worker.actor, application_id=ask(cast.neighbour, cast, credit_code=code.lower()).id
    )
    assert first.organization == second.organization
    assert Organization.objects.count() == 1
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    with pytest.raises(Invalid):
        ask(cast.outsider, cast, credit_code=wrong)


def test_a_refusal_says_why(cast: Cast, client_for: Any) -> None:
    made = ask(cast.wang, cast)
    client_for(cast.community_worker).post(
        f"/directory/applications/{made.id}/refuse", {"reason": "请补充营业执照照片"}
    )
    mine = client_for(cast.wang).get("/providers/applications").json()["items"]
    assert [(one["state"], one["reason"]) for one in mine] == [("refused", "请补充营业执照照片")]
    assert topics(cast.wang) == ["provider.refused"]
    ask(cast.wang, cast)
    with pytest.raises(AlreadyAsked):
        ask(cast.wang, cast)


def test_officers_decide_in_their_own_communities_and_never_about_themselves(cast: Cast) -> None:
    made = ask(cast.wang, cast)
    with pytest.raises(NotFound):
        providers.approve(cast.other_community_worker.actor, application_id=made.id)
    own = ask(cast.community_worker, cast)
    with pytest.raises(OwnMatter):
        providers.approve(cast.community_worker.actor, application_id=own.id)
    with pytest.raises(NotFound):
        providers.withdraw(cast.neighbour.actor, application_id=made.id)
    providers.withdraw(cast.wang.actor, application_id=made.id)
    with pytest.raises(AlreadyDecided):
        providers.approve(cast.community_worker.actor, application_id=made.id)


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_once_one_approves(cast: Cast) -> None:
    made = ask(cast.wang, cast)
    officers = [cast.community_worker.actor, cast.subdistrict_officer.actor]

    def approve(number: int) -> str:
        try:
            providers.approve(officers[number], application_id=made.id)
        except AlreadyDecided:
            return "late"
        return "decided"

    assert sorted(barrier(2, approve)) == ["decided", "late"]
    assert (Organization.objects.count(), Membership.objects.count()) == (1, 1)
    assert RoleGrant.objects.filter(user=cast.wang.user, role=Role.PROVIDER).count() == 1


def test_the_role_goes_with_the_last_membership(cast: Cast, keeper: Member, shop: ServiceAtLocation) -> None:
    row = Membership.objects.get(person=keeper.user)
    with pytest.raises(NotFound):
        providers.end_membership(cast.neighbour.actor, membership_id=row.id)
    providers.end_membership(cast.community_worker.actor, membership_id=row.id)
    assert organizations_of(keeper.actor) == set()
    assert not keeper.actor.may(Can.SERVICE_OFFER)
    assert topics(keeper) == ["provider.ended"]
    with pytest.raises(AlreadyDecided):
        providers.end_membership(keeper.actor, membership_id=row.id)


def test_a_proposed_change_waits_and_is_written_when_approved(
    cast: Cast, keeper: Member, shop: ServiceAtLocation, client_for: Any
) -> None:
    provider, officer = client_for(keeper), client_for(cast.community_worker)
    wanted = {"phone": "010-65558888", "hours": "周一至周日 7:00-21:00", "name": shop.service.name}
    made = provider.post("/providers/proposals", {"service_id": str(shop.service_id), "wanted": wanted})
    assert made.status_code == 201
    assert {one["field"]: (one["was"], one["wanted"]) for one in made.json()["differences"]} == {
        "phone": ("010-65550000", "010-65558888"),
        "hours": ("Mo-Su 08:00-20:00", "Mo-Su 07:00-21:00"),
    }
    shop.refresh_from_db()
    assert shop.phone == "010-65550000"
    twice = provider.post(
        "/providers/proposals", {"service_id": str(shop.service_id), "wanted": {"url": "https://a.example"}}
    )
    assert twice.json()["code"] == "proposal-waits"
    assert officer.get("/directory/queue").json() == {"applications": 0, "proposals": 1, "corrections": 0}
    assert officer.post(f"/directory/proposals/{made.json()['id']}/approve").json()["state"] == "approved"
    shop.refresh_from_db()
    assert (shop.phone, shop.hours_text) == ("010-65558888", "Mo-Su 07:00-21:00")
    assert topics(keeper) == ["proposal.approved"]
    assert provider.get("/providers/proposals").json()["items"][0]["state"] == "approved"


def test_what_was_changed_meanwhile_is_not_overwritten(cast: Cast, keeper: Member, shop: ServiceAtLocation) -> None:
    made = proposals.propose(keeper.actor, service_id=shop.service_id, wanted={"phone": "010-65558888"})
    ServiceAtLocation.objects.filter(id=shop.id).update(phone="010-60000000")
    with pytest.raises(ProposalStale):
        proposals.approve(cast.community_worker.actor, proposal_id=made.id)
    proposals.refuse(cast.community_worker.actor, proposal_id=made.id, reason="已有新号码")
    assert Proposal.objects.get().state == "refused"


def test_only_members_propose(cast: Cast, keeper: Member, shop: ServiceAtLocation) -> None:
    with pytest.raises(Forbidden):
        proposals.propose(cast.wang.actor, service_id=shop.service_id, wanted={"phone": "010-65558888"})
    other = cast.add("stranger", "别家店主")
    RoleGrant.objects.create(user=other.user, role=Role.PROVIDER, scope_kind="community", scope_id=cast.community.id)
    with pytest.raises(NotMembers):
        proposals.propose(other.actor, service_id=shop.service_id, wanted={"phone": "010-65558888"})
    with pytest.raises(Invalid):
        proposals.propose(keeper.actor, service_id=shop.service_id, wanted={"is_certified": True})
    with pytest.raises(Invalid):
        proposals.propose(keeper.actor, service_id=shop.service_id, wanted={"phone": shop.phone})


def test_a_new_service_is_listed_when_it_is_approved(cast: Cast, keeper: Member, shop: ServiceAtLocation) -> None:
    own = next(iter(organizations_of(keeper.actor)))
    place = {"lon": 116.4605, "lat": 39.9075, "crs": "wgs84"}
    wanted = {"name": "演示·晨光早餐", "place": place, "hours": "每天 6:00-10:00", "fees": "人均 8 元"}
    made = proposals.propose_new(keeper.actor, organization_id=own, category="早餐", wanted=wanted)
    assert not Service.objects.filter(name="演示·晨光早餐").exists()
    done = proposals.approve(cast.community_worker.actor, proposal_id=made.id)
    listed = Service.objects.get(name="演示·晨光早餐")
    assert (done.service, listed.organization_id, listed.category.code, listed.fees) == (
        listed,
        own,
        "breakfast",
        "人均 8 元",
    )
    with pytest.raises(Invalid):
        proposals.propose_new(keeper.actor, organization_id=own, category="breakfast", wanted={"name": "无处"})


def test_a_claimed_service_stays_with_its_organization(cast: Cast, keeper: Member, shop: ServiceAtLocation) -> None:
    told = make_place("other", 140, 10, name="演示·福来", operator="旧公司", community_id=cast.community.id)
    keeping.keep([told], source="seed", area=None)
    other, own = Service.objects.get(external_id="other"), next(iter(organizations_of(keeper.actor)))
    made = proposals.claim(keeper.actor, organization_id=own, service_id=other.id)
    with pytest.raises(ProposalWaits):
        proposals.claim(keeper.actor, organization_id=own, service_id=other.id)
    proposals.approve(cast.community_worker.actor, proposal_id=made.id)
    keeping.keep([told], source="seed", area=None)
    assert Service.objects.get(id=other.id).organization_id == own


def test_a_member_closes_for_a_while_at_once(
    cast: Cast, keeper: Member, shop: ServiceAtLocation, client_for: Any
) -> None:
    body = {"kind": "renovation", "starts_at": now().isoformat(), "ends_at": (now() + timedelta(days=3)).isoformat()}
    path = f"/services-at-locations/{shop.id}/closures"
    assert client_for(cast.wang).post(path, body).status_code == 403
    assert client_for(keeper).post(path, body).status_code == 201
    shop = ServiceAtLocation.objects.select_related("location").get(id=shop.id)
    opening = hours.opening_of(shop, now() + timedelta(days=1))
    assert opening is not None
    assert not opening.open_now
