"""Asking together: one question under way, all that came meanwhile as the next."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from api.sockets.together import Together


class Oracle:
    """Doubles numbers, slowly; a 666 among them is an accident."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    async def ask(self, numbers: Sequence[int]) -> list[int]:
        self.asked.append(list(numbers))
        await asyncio.sleep(0.02)
        if 666 in numbers:
            raise OSError("the database is away")
        return [2 * number for number in numbers]


def test_a_crowd_is_answered_in_a_few_questions_each_with_their_own_answer() -> None:
    oracle = Oracle()

    async def story() -> list[int]:
        together = Together(oracle.ask, most=40)
        first = asyncio.create_task(together(1))
        await asyncio.sleep(0.01)
        others = await asyncio.gather(*(together(number) for number in range(2, 62)))
        return [await first, *others]

    assert asyncio.run(story()) == [2 * number for number in range(1, 62)]
    assert [len(asked) for asked in oracle.asked] == [1, 40, 20]


def test_a_failure_is_told_to_those_who_asked_and_to_nobody_after_them() -> None:
    oracle = Oracle()

    async def story() -> None:
        together = Together(oracle.ask)
        told = await asyncio.gather(*(together(number) for number in (12, 666)), return_exceptions=True)
        assert [type(answer) for answer in told] == [OSError, OSError]
        assert await together(14) == 28
        with pytest.raises(OSError):
            await together(666)

    asyncio.run(story())


def test_who_gave_up_waiting_does_not_disturb_the_others() -> None:
    oracle = Oracle()

    async def story() -> None:
        together = Together(oracle.ask)
        gone, staying = asyncio.create_task(together(1)), asyncio.create_task(together(2))
        await asyncio.sleep(0.01)
        gone.cancel()
        assert await staying == 4
        assert await together(3) == 6

    asyncio.run(story())
