"""Encryption of DC-09: AES-CBC over hex text with a zero IV, 16 to 31 random bytes of padding, a time stamp against replay.

A zero IV and a CRC instead of a MAC are weak; the standard has nothing better. Such devices belong into a private network.
"""

import secrets
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from backend.emergency.protocols.dc09 import Frame, Unreadable, stamp, wrap

LATE = timedelta(seconds=40)
EARLY = timedelta(seconds=20)
_ZERO_IV = bytes(16)
_RESERVED = b"|[]"


def decrypt(key: bytes, data: bytes) -> bytes:
    """Clear contents (from after the padding's `|`) of an encrypted block. Raises Unreadable for a wrong key."""
    try:
        cipher = bytes.fromhex(data.decode("ascii"))
    except ValueError:
        raise Unreadable("the encrypted block is not hex") from None
    if not cipher or len(cipher) % 16:
        raise Unreadable("the encrypted block has no whole blocks")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(_ZERO_IV)).decryptor()
    clear = decryptor.update(cipher) + decryptor.finalize()
    bar = clear.find(b"|")
    if not 0 <= bar <= 31 or b"]_" not in clear[bar:]:
        raise Unreadable("the key does not fit")
    return clear[bar + 1 :]


def encrypt(key: bytes, clear: bytes) -> bytes:
    """Hex text of `clear` behind its random padding, filled to whole blocks."""
    room = 16 + (-(17 + len(clear))) % 16
    padding = bytes(secrets.choice([c for c in range(0x21, 0x7F) if c not in _RESERVED]) for _ in range(room))
    encryptor = Cipher(algorithms.AES(key), modes.CBC(_ZERO_IV)).encryptor()
    return (encryptor.update(padding + b"|" + clear) + encryptor.finalize()).hex().encode()


def is_timely(at: datetime | None, now: datetime) -> bool:
    """DC-09 §5.5.1.9: the stamp may be 40 s old and 20 s ahead."""
    return at is not None and now - LATE <= at <= now + EARLY


def encrypted_ack(key: bytes, frame: Frame, now: datetime) -> bytes:
    """`*ACK`: an encrypted message gets an encrypted answer."""
    account = f"#{frame.account}" if frame.account else ""
    head = f'"*ACK"{frame.seq}{frame.receiver}{frame.prefix}{account}['.encode()
    return wrap(head + encrypt(key, b"]" + stamp(now)))
