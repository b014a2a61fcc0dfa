"""Amounts in Chinese capitals, as the rules for payment instruments write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.capitals import DIGITS, capitals


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (11, "壹角壹分"),
        (100, "壹元整"),
        (101, "壹元零壹分"),
        (1234, "壹拾贰元叁角肆分"),
        (1000, "壹拾元整"),
        (140950, "壹仟肆佰零玖元伍角整"),
        (600714, "陆仟零柒元壹角肆分"),
        (1680_32, "壹仟陆佰捌拾元叁角贰分"),
        (107_000_53, "壹拾万柒仟元伍角叁分"),
        (164_09_02, "壹万陆仟肆佰零玖元零贰分"),
        (100_010_00, "壹拾万零壹拾元整"),
        (100_000_001_00, "壹亿零壹元整"),
        (120_000_000_00, "壹亿贰仟万元整"),
        (100_100_000_00, "壹亿零壹拾万元整"),
        (10_000_000_00, "壹仟万元整"),
    ],
)
def test_amounts(fen: int, text: str) -> None:
    assert capitals(fen) == text


def value(text: str) -> int:
    """Read capitals back, by an independent way."""
    yuan, _, rest = text.removesuffix("整").rpartition("元")
    if "元" not in text:
        yuan, rest = "", text.removesuffix("整")
    total = section = digit = 0
    for mark in yuan:
        if mark in DIGITS:
            digit = DIGITS.index(mark)
        elif mark in "拾佰仟":
            section += digit * {"拾": 10, "佰": 100, "仟": 1000}[mark]
            digit = 0
        else:
            total += (section + digit) * {"万": 10_000, "亿": 100_000_000}[mark]
            section = digit = 0
    fen = (total + section + digit) * 100
    for mark, unit in (("角", 10), ("分", 1)):
        if mark in rest:
            fen += DIGITS.index(rest[rest.index(mark) - 1]) * unit
    return fen


@given(st.integers(0, 10**14 - 1))
def test_capitals_read_back_as_the_same_amount(fen: int) -> None:
    text = capitals(fen)
    assert value(text) == fen
    assert "零零" not in text
    assert "零元" not in text or fen < 100


@pytest.mark.parametrize("fen", [-1, 10**14])
def test_other_amounts_are_refused(fen: int) -> None:
    with pytest.raises(ValueError, match="only amounts"):
        capitals(fen)
