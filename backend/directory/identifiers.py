"""统一社会信用代码, the unified social credit identifier of organizations in China (GB 32100-2015)."""

from __future__ import annotations

_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
USCC = "CN-USCC"


def is_uscc(code: str) -> bool:
    """Whether the 18 signs are such a code and the last is the check digit of the 17 before it."""
    if len(code) != 18 or any(sign not in _SIGNS for sign in code):
        return False
    return (
        _SIGNS.index(code[17])
        == (31 - sum(w * _SIGNS.index(s) for w, s in zip(_WEIGHTS, code, strict=False)) % 31) % 31
    )
