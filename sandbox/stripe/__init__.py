"""A sandbox of the Stripe v1 API: one process, one SQLite file, 127.0.0.1 only, no real money.

It covers what Yike uses (PaymentIntents with cards, Alipay and WeChat Pay, refunds, customers, SetupIntents, events and
signed webhooks) and behaves as Stripe documents it: idempotency keys, state machines, error bodies, at-least-once
webhooks. It was written from Stripe's public documentation and is no product of Stripe.
"""
