"""Verify the audit: every seal's signature, the chain of seals, every sealed row. Exit 1 when anything was tampered with."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None: ...


def run(args: argparse.Namespace) -> int:
    from backend.core import audit
    from backend.core.audit import AuditSeal

    complaints = list(audit.verify())
    for complaint in complaints:
        print(complaint)
    if complaints:
        return 1
    print(f"{AuditSeal.objects.count()} seals verified: nothing was tampered with")
    return 0
