"""The tables of the payments room."""

from payments.models.accounts import Account, Meter, Payee, Reading
from payments.models.bills import Bill, BillLine
from payments.models.checkout import Allocation, Attempt, Payment, Receipt, Refund
from payments.models.inbox import ProviderEvent
from payments.models.ledger import Entry, LedgerAccount, Posting
from payments.models.tariffs import Tariff, TariffVersion, Tier

__all__ = [
    "Account",
    "Allocation",
    "Attempt",
    "Bill",
    "BillLine",
    "Entry",
    "LedgerAccount",
    "Meter",
    "Payee",
    "Payment",
    "Posting",
    "ProviderEvent",
    "Reading",
    "Receipt",
    "Refund",
    "Tariff",
    "TariffVersion",
    "Tier",
]
