"""Print which personal data is kept, why, how long and how it is erased, and write docs/privacy-fields.md."""

import argparse
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "privacy-fields.md"
HEAD = ("字段 field", "类别 kind", "目的 purpose", "依据 basis", "保留 retention", "注销时 at erasure")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 when the page is not as the code says"
    )


def run(args: argparse.Namespace) -> int:
    from backend.people import privacy_report

    text = privacy_report.markdown()
    stale = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text
    if args.check:
        if stale:
            print(f"{PAGE.name} differs from the catalogue: run  python -m backend privacy-report")
        return int(stale)
    print("\t".join(HEAD))
    for line in privacy_report.rows():
        print("\t".join(line))
    PAGE.write_text(text, encoding="utf-8")
    print(f"{'written' if stale else 'unchanged'}: docs/{PAGE.name}")
    return 0
