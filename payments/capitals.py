"""Amounts in Chinese capitals (人民币大写), as receipts and cheques write them.

Rules of the People's Bank of China for filling in payment instruments (《支付结算办法》, appendix 1): runs of zeros are written
as one 零, 整 ends an amount without jiao or fen, 零 stands before 分 when there are no jiao.
"""

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")


def capitals(fen: int) -> str:
    """`1234` → 壹拾贰元叁角肆分; zero → 零元整. For 0 ≤ fen < 10¹⁴. Raises ValueError outside."""
    if not 0 <= fen < 10**14:
        raise ValueError("only amounts below 10^12 yuan")
    yuan, rest = divmod(fen, 100)
    jiao, last = divmod(rest, 10)
    text = f"{_whole(yuan)}元" if yuan else ""
    if jiao:
        text += f"{DIGITS[jiao]}角"
    if last:
        text += ("零" if yuan and not jiao else "") + f"{DIGITS[last]}分"
    if not last:
        text = (text or "零元") + "整"
    return text


def _whole(number: int) -> str:
    """A positive whole number in capitals."""
    groups: list[int] = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += DIGITS[0]
        text += _group(group) + GROUPS[place]
        gap = False
    return text


def _group(number: int) -> str:
    """1–9999 in capitals."""
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if not digit:
            gap = bool(text)
            continue
        text += (DIGITS[0] if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return text
