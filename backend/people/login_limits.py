"""How many codes may be asked for: by a phone, a place, a device, a range of numbers, everybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from backend.core import limits
from backend.core.limits import Limit
from backend.env import env
from backend.people import whence

HOUR, DAY = 3600, 86400
DEMO_TIMES = 12


@contextmanager
def counted_code(phone: bytes, prefix: bytes, *, ip: str, device_key: str) -> Iterator[None]:
    """Count the code that is sent in the block under every limit, or under none (TooMany); given back when the block raises.

    `phone`, `prefix`: blind indexes. The demo lifts the limits of places, devices and everybody, never those of a phone; but one
    phone may ask twelve times as often there, because a whole team tries the same few people.
    """
    place, number = whence.counted(ip), phone.hex()
    often = DEMO_TIMES if env.demo else 1
    wanted = [
        Limit("code.ip.hour", place, env.code_ip_hour, HOUR),
        Limit("code.device.hour", device_key or place, env.code_ip_hour, HOUR),
        Limit("code.phone.hour", number, env.code_phone_hour * often, HOUR),
        Limit("code.phone.day", number, env.code_phone_day * often, DAY),
        Limit("code.ip.phones", place, env.code_ip_phones_day, DAY, member=number),
        Limit("code.prefix.hour", prefix.hex(), env.code_prefix_hour, HOUR, is_moving=True),
        Limit("code.global.day", "all", env.code_global_day, DAY),
        Limit("code.global.minute", "all", env.code_global_minute, 60),
    ]
    lifted = ("code.ip.", "code.device.", "code.global.") if env.demo else ()
    wanted = [one for one in wanted if not lifted or not one.name.startswith(lifted)]
    limits.hit_all(wanted)
    try:
        yield
    except BaseException:
        for one in wanted:
            limits.give_back(one)
        raise
