"""Bills and payments: accounts, meters, tariffs, bills, checkout, the provider's events, the ledger, receipts."""
