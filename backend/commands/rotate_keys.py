"""Seal every person's key anew under the newest master key (the first of YIKE_VAULT_KEYS) and the present suite.

Put the new key first in YIKE_VAULT_KEYS, restart every process, then run this; it may be stopped and started again. At the end
every key is opened once more, and the master keys that nobody needs any more are named. Exit 1 when a key does not open.
"""

import argparse

PROCESS = "worker"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--verify-only", action="store_true", help="change nothing, open every key and count")


def run(args: argparse.Namespace) -> int:
    from tqdm import tqdm

    from backend.core import rotation, suites
    from backend.core.secrets import vault_keys
    from backend.core.vault import PersonKey
    from backend.people.actor import Actor

    total = PersonKey.objects.filter(wrapped__isnull=False).count()
    newest = next(iter(vault_keys()))
    if not args.verify_only:
        with tqdm(total=total, desc=f"sealing under {newest} ({suites.current().name})", unit=" keys") as bar:
            try:
                rotation.rotate(Actor.system("rotate-keys"), bar.update)
            except rotation.NotVerified as wrong:
                print(f"stopped: {wrong}; what was done before stands")
                return 1
    with tqdm(total=total, desc="verifying", unit=" keys") as bar:
        verdict = rotation.verify(bar.update)
    for key_id, count in sorted(verdict.used.items()):
        print(f"{count} keys of people under {key_id}" + (" (newest)" if key_id == newest else ""))
    for owner in verdict.broken[:20]:
        print(f"does not open: the key of owner {owner}")
    for key_id in verdict.missing:
        print(f"missing from YIKE_VAULT_KEYS, but needed: {key_id}")
    for key_id in verdict.unused:
        print(f"no longer needed: {key_id} (keep it as long as backups sealed under it are kept)")
    return 1 if verdict.broken or verdict.missing else 0
