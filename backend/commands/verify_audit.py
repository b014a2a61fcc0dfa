"""Verify the audit: every seal's signature, the chain of seals, every sealed row. Exit 1 when anything was tampered with.

The first broken row of a seal is named. `--from-export FILE` believes the seals that left the database (seals.log, a syslog's or a
receiver's copy, one JSON object a line) instead of those in it.
"""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from-export", type=Path, metavar="FILE", help="seals as they were exported, one JSON a line")
    parser.add_argument("--most", type=int, default=100, help="stop after so many complaints (default 100)")


def run(args: argparse.Namespace) -> int:
    from itertools import islice

    from tqdm import tqdm

    from backend.core import audit_verifying
    from backend.core.audit import AuditRow, AuditSeal

    complaints = 0
    with tqdm(total=AuditRow.objects.count(), desc="verifying", unit=" rows", unit_scale=True) as bar:
        for complaint in islice(audit_verifying.verify(bar.update, export=args.from_export), args.most):
            complaints += 1
            bar.write(complaint)
    if complaints:
        print(f"{complaints} complaints" + (" (and perhaps more)" if complaints == args.most else ""))
        return 1
    print(f"{AuditSeal.objects.count()} seals verified: nothing was tampered with")
    return 0
