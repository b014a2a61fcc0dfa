"""When a role, a home, a duty or a person's good standing ends, so does what hangs on it, within seconds and on the open socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from api.sockets import guard
from backend.community.models import ServiceContract
from backend.core.clock import now, today
from backend.core.verb import emit, verb
from backend.people import duty
from backend.people.actor import Actor
from backend.people.models import Duty, Residency, RoleGrant, Session, User
from notifications import presence
from tests.cast import Cast, Member
from tests.sockets.conftest import SocketsProcess
from tests.sockets.peer import Followed, connected, follow, logged_in, publish, threaded, until

pytestmark = pytest.mark.django_db(transaction=True)
WITHIN = 4.0  # a round of the guard is 2 s; a busy machine gets the rest


def grants_of(member: Member) -> Any:
    return RoleGrant.objects.filter(user=member.user)


def at_desk(cast: Cast) -> list[Any]:
    return presence.present(cast.community.id)


async def until_present(cast: Cast, expected: list[Any], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while await threaded(lambda: at_desk(cast)) != expected:  # noqa: ASYNC110 - the database says nothing by itself
            await asyncio.sleep(0.1)


@verb("test.rights-changed", audited=False)
def end_role(actor: Actor, *, member: Member) -> None:
    """As the verb that ends a role does: the row, and word of it on the person's channel."""
    grants_of(member).update(until=now())
    emit(f"person:{member.id}", "rights.changed", about="/api/v1/me")


ENDINGS: dict[str, Callable[[Cast], object]] = {
    "its row is gone": lambda cast: grants_of(cast.dispatcher).delete(),
    "its time is over": lambda cast: grants_of(cast.dispatcher).update(until=now() + timedelta(seconds=1)),
    "it is held elsewhere": lambda cast: grants_of(cast.dispatcher).update(scope_id=cast.other_community.id),
}


@pytest.mark.parametrize("protobuf", [False, True], ids=["json", "protobuf"])
@pytest.mark.parametrize("how", ENDINGS)
def test_a_role_that_ends_ends_its_subscription_presence_and_duty(
    sockets: SocketsProcess, how: str, protobuf: bool
) -> None:
    cast = logged_in()
    desk = f"desk:{cast.community.id}"
    duty.start(cast.dispatcher.actor)

    async def story() -> None:
        async with (
            connected(sockets.url, cast.dispatcher.token(), use_protobuf=protobuf) as (client, heard),
            connected(sockets.url, cast.second_dispatcher.token()) as (other, _),
        ):
            ended, kept = await follow(client, desk), await follow(other, desk)
            await until_present(cast, sorted([cast.dispatcher.id, cast.second_dispatcher.id]), WITHIN)
            await threaded(lambda: ENDINGS[how](cast))
            await until(lambda: [code for code, _ in ended.unsubscribed] == [2000], WITHIN + 1)
            await until_present(cast, [cast.second_dispatcher.id], WITHIN)
            await publish(desk)
            await until(lambda: kept.publications)
            assert ended.publications == []
            assert heard.disconnected == []
            again = await follow_anew(client, desk, ended)
            assert again[-1] == 103

    asyncio.run(story())
    assert Duty.objects.get(user=cast.dispatcher.user).ended_at is not None


async def follow_anew(client: Any, channel: str, followed: Followed) -> list[int]:
    """Subscribe to what was taken away; the codes that came."""
    before = len(followed.unsubscribed)
    await client.get_subscription(channel).subscribe()
    await until(lambda: len(followed.unsubscribed) > before)
    return [code for code, _ in followed.unsubscribed]


def test_word_of_changed_rights_is_acted_on_at_once(sockets: SocketsProcess) -> None:
    cast = logged_in()
    desk = f"desk:{cast.community.id}"

    async def story() -> None:
        async with connected(sockets.url, cast.dispatcher.token()) as (client, heard):
            followed = await follow(client, desk)
            loop = asyncio.get_running_loop()
            begun = loop.time()
            await threaded(lambda: end_role(Actor.system("test"), member=cast.dispatcher))
            await until(lambda: followed.unsubscribed)
            assert loop.time() - begun < 1.5
            assert [said["event"] for _, said in heard.publications[f"person:{cast.dispatcher.id}"]] == [
                "rights.changed"
            ]
            await until_present(cast, [], 2)

    asyncio.run(story())


def test_a_new_home_gives_its_channels_and_a_lost_one_takes_them(sockets: SocketsProcess) -> None:
    cast = logged_in()
    theirs = {f"building:{cast.building.id}", f"compound:{cast.compound.id}", f"community:{cast.community.id}"}

    @verb("test.home", audited=False)
    def change(actor: Actor, *, member: Member, state: str) -> None:
        Residency.objects.filter(user=member.user).update(state=state)
        emit(f"person:{member.id}", "rights.changed", about="/api/v1/me")

    async def story() -> None:
        async with connected(sockets.url, cast.pending.token(), use_protobuf=True) as (_, heard):
            await until(lambda: heard.subscribed)
            assert not theirs & heard.subscribed.keys()
            await threaded(lambda: change(Actor.system("test"), member=cast.pending, state="confirmed"))
            await until(lambda: theirs <= heard.subscribed.keys(), WITHIN)
            await publish(f"building:{cast.building.id}")
            await until(lambda: heard.offsets(f"building:{cast.building.id}") == [1])
            await threaded(lambda: change(Actor.system("test"), member=cast.pending, state="rejected"))
            await until(lambda: theirs == set(heard.unsubscribed), WITHIN)

    asyncio.run(story())


def test_a_suspended_person_is_sent_away_and_can_still_call_for_help(sockets: SocketsProcess) -> None:
    cast = logged_in()
    desk = f"desk:{cast.community.id}"
    duty.start(cast.dispatcher.actor)

    async def story() -> None:
        async with connected(sockets.url, cast.dispatcher.token()) as (client, heard):
            await follow(client, desk)
            await until_present(cast, [cast.dispatcher.id], WITHIN)
            await threaded(lambda: User.objects.filter(id=cast.dispatcher.id).update(state="suspended"))
            await until(lambda: heard.disconnected == [3503], WITHIN)
            await until_present(cast, [], 2)
        async with connected(sockets.url, cast.dispatcher.token()) as (client, heard):
            answer = await client.rpc("alarm.raise", {"id": "01890a5d-ac96-774b-bcce-b302099a8057", "kind": "sos"})
            assert answer.data["incident"]["id"]
            assert heard.subscribed == {}

    asyncio.run(story())
    assert Duty.objects.get(user=cast.dispatcher.user).ended_at is not None


def test_the_end_of_a_companys_contract_ends_its_peoples_boards(sockets: SocketsProcess) -> None:
    cast = logged_in()
    contract = ServiceContract.objects.filter(company=cast.company, compound=cast.compound)

    async def story() -> None:
        async with connected(sockets.url, cast.manager.token()) as (client, _):
            followed = await follow(client, f"board:{cast.compound.id}")
            assert followed.subscribed
            await threaded(lambda: contract.update(valid_to=today() - timedelta(days=1)))
            await until(lambda: [code for code, _ in followed.unsubscribed] == [2000], guard.REREAD_SECONDS + WITHIN)

    asyncio.run(story())


def test_word_that_a_login_ended_sends_its_sockets_away_at_once_and_leaves_the_others(sockets: SocketsProcess) -> None:
    cast = logged_in()
    here = cast.wang.token()
    cast.wang._session = None
    _ = cast.wang.session

    @verb("test.logged-out", audited=False)
    def log_out(actor: Actor) -> None:
        Session.objects.filter(id=cast.wang.session.id).update(revoked_at=now())
        emit(f"person:{cast.wang.id}", "login.ended", about="/api/v1/auth/sessions")

    async def story() -> None:
        async with (
            connected(sockets.url, here) as (_, staying),
            connected(sockets.url, cast.wang.token()) as (_, leaving),
        ):
            await until(lambda: staying.subscribed and leaving.subscribed)
            await threaded(lambda: log_out(Actor.system("test")))
            await until(lambda: leaving.disconnected == [3503], 2)
            await asyncio.sleep(0.5)
            assert staying.disconnected == []

    asyncio.run(story())


def test_ending_duty_ends_presence_though_the_desk_is_still_watched(sockets: SocketsProcess) -> None:
    cast = logged_in()
    desk = f"desk:{cast.community.id}"

    async def story() -> None:
        async with connected(sockets.url, cast.dispatcher.token()) as (client, _):
            followed = await follow(client, desk)
            await until_present(cast, [cast.dispatcher.id], WITHIN)
            await threaded(lambda: duty.start(cast.dispatcher.actor))
            await threaded(lambda: duty.end(cast.dispatcher.actor))
            assert await threaded(lambda: at_desk(cast)) == []
            await asyncio.sleep(presence.RENEW_SECONDS + 1)
            assert await threaded(lambda: at_desk(cast)) == []
            await publish(desk)
            await until(lambda: followed.publications)
            async with connected(sockets.url, cast.dispatcher.token()) as (again, _):
                await follow(again, desk)
                assert await threaded(lambda: at_desk(cast)) == []
            await threaded(lambda: duty.start(cast.dispatcher.actor))
            await until_present(cast, [cast.dispatcher.id], presence.RENEW_SECONDS + 2)

    asyncio.run(story())


def test_ending_duty_on_one_desk_leaves_the_others(sockets: SocketsProcess) -> None:
    cast = logged_in()
    desks = [cast.community.id, cast.subdistrict.id]

    async def story() -> None:
        async with connected(sockets.url, cast.second_dispatcher.token()) as (client, _):
            for desk in desks:
                await follow(client, f"desk:{desk}")
                await threaded(lambda: duty.start(cast.second_dispatcher.actor, division_id=desk))  # noqa: B023
            await threaded(lambda: duty.end(cast.second_dispatcher.actor, division_id=desks[0]))
            there = [await threaded(lambda: presence.present(desk)) for desk in desks]  # noqa: B023
            assert there == [[], [cast.second_dispatcher.id]]

    asyncio.run(story())
