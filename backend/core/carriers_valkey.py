"""How hints travel on Valkey: pub/sub, no truth in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import redis
import redis.asyncio

from backend.core.carriers import CHANNEL
from backend.env import env

LOST: tuple[type[Exception], ...] = (redis.RedisError, OSError)


class ValkeySender:
    def __init__(self) -> None:
        self.valkey = redis.Redis.from_url(env.redis_url)

    def send(self, topics: list[str]) -> None:
        """Publish each topic; raises what is in LOST."""
        with self.valkey.pipeline(transaction=False) as pipe:
            for topic in topics:
                pipe.publish(CHANNEL, topic)
            pipe.execute()

    def close(self) -> None:
        self.valkey.close()


class ValkeyReceiver:
    def __init__(self) -> None:
        self.valkey = redis.Redis.from_url(env.redis_url, socket_timeout=None)
        self.pubsub: Any = self.valkey.pubsub()  # type: ignore[no-untyped-call]
        self.pubsub.subscribe(CHANNEL)

    def wait(self, seconds: float) -> set[str]:
        """The topics that came, empty after `seconds`."""
        topics: set[str] = set()
        message = self.pubsub.get_message(timeout=seconds)
        while message is not None:
            if message["type"] == "message":
                topics.add(message["data"].decode())
            message = self.pubsub.get_message(timeout=0)
        return topics

    def close(self) -> None:
        self.pubsub.close()
        self.valkey.close()


async def listen(seconds: float) -> AsyncIterator[set[str]]:
    """Topics as they come, an empty set at least every `seconds`."""
    valkey = redis.asyncio.Redis.from_url(env.redis_url, socket_timeout=None)
    async with valkey, valkey.pubsub() as listening:
        await listening.subscribe(CHANNEL)
        while True:
            topics: set[str] = set()
            message = await listening.get_message(timeout=seconds)
            while message is not None:
                if message["type"] == "message":
                    topics.add(message["data"].decode())
                message = await listening.get_message(timeout=0)
            yield topics
