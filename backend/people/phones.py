"""Phone numbers: one spelling, one blind index, one mask."""

import re

import phonenumbers

from backend.core import vault
from backend.core.errors import FieldError, Invalid

CHINA = 86
_MOBILE = re.compile(r"1[3-9]\d{9}")


def normalise(phone: str, pointer: str = "/phone") -> str:
    """E.164 (`+8613800138000`); numbers without a country code are Chinese. Raises Invalid."""
    try:
        parsed = phonenumbers.parse(phone, "CN")
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not _can_be_called(parsed):
        raise Invalid(FieldError(pointer, "phone-invalid", "this is not a phone number", "手机号格式不正确"))
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _can_be_called(number: phonenumbers.PhoneNumber) -> bool:
    """Chinese numbers in full (the ranges of mobiles are opened faster than tables of them); others by their length."""
    if number.country_code == CHINA:
        return bool(_MOBILE.fullmatch(str(number.national_number))) or phonenumbers.is_valid_number(number)
    return phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE


def blind(phone: str) -> bytes:
    """The blind index of a normalised phone."""
    return vault.blind("phone", phone)


def masked(phone: str) -> str:
    """`138****8000`: what others may see."""
    local = phone.removeprefix("+86")
    return f"{local[:3]}****{local[-4:]}" if len(local) >= 8 else "****"
