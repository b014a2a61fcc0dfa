"""Phone numbers: one spelling, one blind index, one mask."""

import phonenumbers

from backend.core import vault
from backend.core.errors import FieldError, Invalid


def normalise(phone: str, pointer: str = "/phone") -> str:
    """E.164 (`+8613800138000`); numbers without a country code are Chinese. Raises Invalid."""
    try:
        parsed = phonenumbers.parse(phone, "CN")
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise Invalid(FieldError(pointer, "phone-invalid", "this is not a phone number", "手机号格式不正确"))
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def blind(phone: str) -> bytes:
    """The blind index of a normalised phone."""
    return vault.blind("phone", phone)


def masked(phone: str) -> str:
    """`138****8000`: what others may see."""
    local = phone.removeprefix("+86")
    return f"{local[:3]}****{local[-4:]}" if len(local) >= 8 else "****"
