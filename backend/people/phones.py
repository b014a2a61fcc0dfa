"""Phone numbers: one spelling, one blind index, one mask."""

import re

import phonenumbers

from backend.core import vault
from backend.core.errors import FieldError, Invalid
from backend.env import env

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


def prefix_blind(phone: str) -> bytes:
    """The blind index of a normalised phone without its last four digits: what numbers bought in bulk have in common."""
    return vault.blind("phone-prefix", phone[:-4])


def gets_codes(phone: str) -> bool:
    """Whether codes go to a normalised phone: mobiles of the countries in `SMS_COUNTRIES` (default China's)."""
    parsed = phonenumbers.parse(phone)
    if parsed.country_code == CHINA:
        return bool(_MOBILE.fullmatch(str(parsed.national_number))) and env.sends_to(CHINA)
    return env.sends_to(parsed.country_code or 0)


def masked(phone: str) -> str:
    """`138****8000`: what others may see."""
    local = phone.removeprefix("+86")
    return f"{local[:3]}****{local[-4:]}" if len(local) >= 8 else "****"
