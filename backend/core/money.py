"""Money is an integer number of fen (分) with a currency code; prices and quantities are Decimal."""

from decimal import ROUND_HALF_UP, Decimal

CURRENCY = "CNY"


def to_fen(yuan: Decimal) -> int:
    """Yuan → fen, half up."""
    return int((yuan * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def yuan(fen: int) -> str:
    """Fen → "12.34", with a minus sign where it is negative."""
    sign, whole = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{whole // 100}.{whole % 100:02d}"
