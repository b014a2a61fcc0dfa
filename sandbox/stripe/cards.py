"""Stripe's public test cards: what each number and ``pm_card_…`` name does when it is charged."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """``decline`` is (code, decline_code or None); ``asks`` means the bank wants the payer to confirm (3-D Secure)."""

    number: str
    brand: str = "visa"
    decline: tuple[str, str | None] | None = None
    asks: bool = False
    refund: str = "succeeded"

    @property
    def last4(self) -> str:
        return self.number[-4:]


_DECLINED = "card_declined"

CARDS: dict[str, Card] = {
    "pm_card_visa": Card("4242424242424242"),
    "pm_card_visa_debit": Card("4000056655665556"),
    "pm_card_mastercard": Card("5555555555554444", "mastercard"),
    "pm_card_unionpay": Card("6200000000000005", "unionpay"),
    "pm_card_chargeDeclined": Card("4000000000000002", decline=(_DECLINED, "generic_decline")),
    "pm_card_visa_chargeDeclined": Card("4000000000000002", decline=(_DECLINED, "generic_decline")),
    "pm_card_chargeDeclinedInsufficientFunds": Card("4000000000009995", decline=(_DECLINED, "insufficient_funds")),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Card("4000000000009995", decline=(_DECLINED, "insufficient_funds")),
    "pm_card_visa_chargeDeclinedLostCard": Card("4000000000009987", decline=(_DECLINED, "lost_card")),
    "pm_card_visa_chargeDeclinedStolenCard": Card("4000000000009979", decline=(_DECLINED, "stolen_card")),
    "pm_card_chargeDeclinedExpiredCard": Card("4000000000000069", decline=("expired_card", None)),
    "pm_card_chargeDeclinedIncorrectCvc": Card("4000000000000127", decline=("incorrect_cvc", None)),
    "pm_card_chargeDeclinedProcessingError": Card("4000000000000119", decline=("processing_error", None)),
    "pm_card_chargeCustomerFail": Card("4000000000000341", decline=(_DECLINED, "generic_decline")),
    "pm_card_authenticationRequired": Card("4000002760003184", asks=True),
    "pm_card_authenticationRequiredOnSetup": Card("4000002500003155", asks=True),
    "pm_card_threeDSecure2Required": Card("4000000000003220", asks=True),
    "pm_card_pendingRefund": Card("4000000000007726", refund="pending"),
    "pm_card_refundFail": Card("4000000000005126", refund="failed"),
}

BY_NUMBER: dict[str, Card] = {card.number: card for card in CARDS.values()}

MESSAGES: dict[str, str] = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
    "stolen_card": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}


def luhn(number: str) -> bool:
    """Whether the check digit of a card number is right (ISO/IEC 7812-1)."""
    total = 0
    for position, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
