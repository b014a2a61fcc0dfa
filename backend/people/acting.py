"""Acting for somebody: who may, with which powers, checked at each request."""

from __future__ import annotations

from uuid import UUID

from backend.core.clock import now
from backend.core.errors import Forbidden
from backend.core.queries import looking_up
from backend.people.actor import Actor
from backend.people.models import Delegation, User
from backend.people.roles import Power


class NotADelegate(Forbidden):
    """You hold no power to act for this person."""

    code, zh = "not-a-delegate", "您没有代办此人事务的授权"


def standing_in(actor: Actor, person_id: UUID, power: Power | None) -> Actor:
    """The actor that acts for `person_id`. Raises NotADelegate unless a delegation in force gives the power.

    `power` None: the act cannot be delegated at all.
    """
    if power is None:
        raise NotADelegate
    return with_powers(actor, person_id, (power,))


def with_powers(actor: Actor, person_id: UUID, wanted: tuple[Power, ...] = ()) -> Actor:
    """The actor that acts for `person_id` with at least these powers. Raises NotADelegate.

    Nobody stands in who is suspended, has a limited login, holds a credential that is good for an alarm only, or stands in already.
    """
    if actor.kind != "person" or actor.delegate_id is not None:
        raise NotADelegate
    if actor.state != User.State.ACTIVE or actor.is_limited or actor.assurance == "sos":
        raise NotADelegate
    with looking_up("delegation"):
        found = (
            Delegation.objects.select_related("person")
            .filter(
                person_id=person_id,
                delegate_id=actor.person_id,
                powers__contains=list(wanted),
                consented_at__isnull=False,
                revoked_at__isnull=True,
                until__gt=now(),
                person__state=User.State.ACTIVE,
            )
            .first()
        )
        if found is None:
            raise NotADelegate
        return actor.standing_in_for(found.person, frozenset(Power(p) for p in found.powers))
