"""Tokens whose signature this process has checked, for at most a minute: only the signature is remembered, never a right.

Whether the login still holds and what the person may do is read from the database at every request.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

SECONDS = 60.0
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Claims:
    """What a validly signed access token says: its session, and when it ends (Unix seconds)."""

    session_id: UUID
    expires: float


class TokenCache:
    """Least recently used goes first; keyed by the token's hash, so that no token stays in memory."""

    def __init__(self, most: int = MOST, seconds: float = SECONDS) -> None:
        self.most, self.seconds = most, seconds
        self._kept: OrderedDict[bytes, tuple[float, Claims]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, token: str) -> Claims | None:
        """The claims if the signature was checked within the last minute."""
        key = _hash(token)
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            until, claims = found
            if until <= time.monotonic():
                del self._kept[key]
                return None
            self._kept.move_to_end(key)
            return claims

    def keep(self, token: str, claims: Claims) -> Claims:
        """Remember a token whose signature is good."""
        with self._lock:
            self._kept[_hash(token)] = (time.monotonic() + self.seconds, claims)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return claims

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


verified = TokenCache()
