"""Identity numbers of residents: 18 characters by GB 11643-1999, sealed, found again by their blind index only."""

from __future__ import annotations

import re
from datetime import date

from backend.core import vault
from backend.core.clock import today
from backend.core.errors import FieldError, Invalid

CONTEXT = "people.user.identity"
_SHAPE = re.compile(r"[1-9]\d{16}[\dX]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def normalise(number: str, pointer: str = "/identity_number") -> str:
    """The number without spaces, its `X` a capital. Raises Invalid unless shape, date of birth and check character are right."""
    plain = re.sub(r"[\s-]", "", number).upper()
    if not (plain.isascii() and _SHAPE.fullmatch(plain) and _is_birthday(plain[6:14]) and plain[17] == check(plain)):
        raise Invalid(
            FieldError(pointer, "identity-invalid", "this is not a valid identity number", "身份证号码不正确")
        )
    return plain


def check(number: str) -> str:
    """The check character of the first 17 digits (ISO 7064, MOD 11-2)."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11]


def _is_birthday(digits: str) -> bool:
    try:
        return date(1850, 1, 1) < date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) <= today()
    except ValueError:
        return False


def blind(number: str) -> bytes:
    """The blind index of a normalised number."""
    return vault.blind("identity", number)
