"""How staff passwords are hashed."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class StaffPasswordHasher(Argon2PasswordHasher):
    """argon2id with 19 MiB, two passes, one lane: many attempts at once must not exhaust the memory of a small machine."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
