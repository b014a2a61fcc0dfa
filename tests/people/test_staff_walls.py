"""Factors lie behind a row wall: outside the marked login nobody reads another's, and nobody reads any without being known."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.db import transaction

from backend.core.queries import reading
from backend.people.actor import Actor
from tests.cast import Cast, as_app
from tests.people.staff import with_app

pytestmark = pytest.mark.django_db(transaction=True)


def test_factors_are_read_by_their_owner_alone(cast: Cast) -> None:
    with_app(cast.manager)
    stranger, owner = cast.neighbour.actor, cast.manager.actor
    with transaction.atomic(), as_app():
        assert Authenticator.objects.count() == 0
        with reading(Actor.anonymous()):
            assert Authenticator.objects.count() == 0
        with reading(stranger):
            assert Authenticator.objects.filter(user=cast.manager.user).count() == 0
        with reading(owner):
            assert Authenticator.objects.count() == 2
