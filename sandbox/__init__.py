"""Loopback stand-ins for outside companies, so that the demo and the tests work without an account anywhere.

A sandbox is a separate process that speaks the provider's own protocol to the provider's own SDK. It imports nothing
of the product and the product imports nothing of it: the only things they share are a URL and keys in the environment.
No sandbox moves real money, and every page it shows says so.
"""
