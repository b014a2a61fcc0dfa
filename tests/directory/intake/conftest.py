"""A shop of the quarter that people report and propose about."""

from __future__ import annotations

import pytest

from backend.directory import keeping
from backend.directory.models import Membership, Organization, ServiceAtLocation
from backend.people.models import RoleGrant
from backend.people.roles import Role
from tests.cast import Cast, Member
from tests.directory.conftest import make_place


@pytest.fixture
def shop(cast: Cast) -> ServiceAtLocation:
    """A greengrocer of the cast's community, as its source tells it."""
    place = make_place("shop", 100, 10, name="演示·晨光菜店", category="vegetables", phone="010-65550000",
                       hours="Mo-Su 08:00-20:00", community_id=cast.community.id)  # fmt: skip
    keeping.keep([place], source="seed", area=None)
    return ServiceAtLocation.objects.select_related("service", "location").get(service__external_id="shop")


@pytest.fixture
def keeper(cast: Cast, shop: ServiceAtLocation) -> Member:
    """A member of the shop's organization, who works with a second factor."""
    organization = Organization.objects.create(name="演示·晨光菜店有限公司")
    shop.service.organization = organization
    shop.service.save()
    person = cast.add("keeper", "店主")
    Membership.objects.create(person=person.user, organization=organization)
    RoleGrant.objects.create(user=person.user, role=Role.PROVIDER, scope_kind="community", scope_id=cast.community.id)
    return person
