"""Invented residents with a push address each, as rows: `python -m bench.crowd COUNT COMPOUND`, and `python -m bench.crowd end`.

A process of its own, because only the system's role may write them; `end` takes every one of them away again.
"""

from __future__ import annotations

import os
import sys
from uuid import UUID

PORTION = 5_000
MARK = "bench"
_WHO = """
SELECT DISTINCT person_id, EXISTS (SELECT 1 FROM people_rolegrant g WHERE g.user_id = person_id)
FROM notifications_address WHERE platform = 'bench'"""
_OF_ALL = (
    "DELETE FROM notifications_delivery WHERE person_id = ANY(%s)",
    "DELETE FROM notifications_address WHERE platform = 'bench' AND person_id = ANY(%s)",
)
_OF_THE_INVENTED = (
    "DELETE FROM people_residency WHERE user_id = ANY(%s)",
    "DELETE FROM core_personkey WHERE owner_id = ANY(%s)",
    "DELETE FROM people_user WHERE id = ANY(%s)",
)


def gather(count: int, compound_id: UUID) -> None:
    """`count` residents of the compound, and a push address for each member of staff besides."""
    from backend.community.models import Home
    from backend.people.models import Residency, RoleGrant, User

    home = Home.objects.select_related("unit__building__compound").filter(unit__building__compound_id=compound_id)[0]
    compound = home.unit.building.compound
    for start in range(0, count, PORTION):
        people = [User(is_demo=True) for _ in range(min(PORTION, count - start))]
        User.objects.bulk_create(people)
        Residency.objects.bulk_create(
            Residency(
                user=person,
                home=home,
                community_id=compound.community_id,
                compound_id=compound.id,
                relation=Residency.Relation.TENANT,
                state=Residency.State.CONFIRMED,
            )
            for person in people
        )
        _reach([person.id for person in people])
    staff = set(RoleGrant.objects.values_list("user_id", flat=True))
    _reach(list(staff), has_keys=True)


def _reach(people: list[UUID], *, has_keys: bool = False) -> None:
    """A push address for each, sealed under a key of theirs."""
    from backend.core import suites, vault
    from notifications.addresses import CONTEXT, FCM, Address

    rows, keys = [], []
    for person in people:
        token = f"ok-{person}"
        if has_keys:
            sealed = vault.seal(person, CONTEXT, token)
        else:
            key = os.urandom(32)
            key_id, wrapped = vault.wrap(person, key)
            keys.append(vault.PersonKey(owner_id=person, key_id=key_id, wrapped=wrapped))
            sealed = suites.current().seal(key, token.encode(), CONTEXT.encode())
        blind = vault.blind(f"address.{FCM}", token)
        rows.append(Address(person_id=person, kind=FCM, value_sealed=sealed, value_blind=blind, platform=MARK))
    vault.PersonKey.objects.bulk_create(keys)
    Address.objects.bulk_create(rows)


def end() -> None:
    """Take away what `gather` made, of this run and of one that was killed."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_WHO)
        found = cursor.fetchall()
        for statement in _OF_ALL:
            cursor.execute(statement, [[person for person, _ in found]])
        for statement in _OF_THE_INVENTED:
            cursor.execute(statement, [[person for person, is_staff in found if not is_staff]])


def main() -> None:
    os.environ["YIKE_PROCESS"] = "worker"
    import django

    django.setup()
    if sys.argv[1] == "end":
        end()
    else:
        gather(int(sys.argv[1]), UUID(sys.argv[2]))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    main()
