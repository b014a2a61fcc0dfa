"""Bring services from a sheet (CSV or .xlsx) into the directory: every row is checked first; `--apply` writes, all or nothing.

Column heads may be Chinese or English (`--template` prints an empty sheet). Every position declares its datum, in the column `crs`
or by `--crs`. Without `--apply` nothing reaches the directory.
"""

import argparse
import sys
from pathlib import Path

PROCESS = "worker"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, nargs="?", help="the sheet, *.csv or *.xlsx")
    parser.add_argument("--crs", default="", help="datum of rows that declare none: wgs84, gcj02 or bd09")
    parser.add_argument(
        "--source", default="sheet", help="whose ids they are (default: sheet); the same id again is a change"
    )
    parser.add_argument("--allow-outside", action="store_true", help="keep positions outside the district")
    parser.add_argument("--skip-bad", action="store_true", help="with --apply: leave rows with faults out")
    parser.add_argument("--apply", action="store_true", help="write every good row, in one transaction")
    parser.add_argument("--report", type=Path, help="write what was found to this CSV file")
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="of the report")
    parser.add_argument("--template", action="store_true", help="print an empty sheet and stop")


def run(args: argparse.Namespace) -> int:
    from backend.core.errors import Refusal
    from backend.directory.intake import report

    if args.template:
        print(report.template(args.language).removeprefix(report.MARK), end="")
        return 0
    if args.file is None or not args.file.is_file():
        print("give a file that is there", file=sys.stderr)
        return 2
    try:
        return _import(args)
    except Refusal as refusal:
        details = [error.detail for error in getattr(refusal, "errors", ())] or [refusal.text("en")]
        print("; ".join(details), file=sys.stderr)
        return 1


def _import(args: argparse.Namespace) -> int:
    from tqdm import tqdm

    from backend.directory.intake import faults, report, sheets
    from backend.directory.models import Sheet, SheetRow
    from backend.people.actor import Actor

    actor = Actor.system("import-directory")
    with args.file.open("rb") as file:
        sheet = sheets.take(
            actor,
            file=file,
            name=args.file.name,
            crs=args.crs,
            source=args.source,
            allow_outside=args.allow_outside,
            queue=False,
        )
    with tqdm(desc="checking", unit=" rows") as bar:
        sheet = sheets.check(sheet, lambda done, _: bar.update(done - bar.n))
    if sheet.state == Sheet.State.UNREADABLE:
        code, _, field = sheet.error.partition(" ")
        print(
            f"{args.file.name}: {faults.text(code, args.language)} {report.head(field, args.language)}".strip(),
            file=sys.stderr,
        )
        return 1
    rows = SheetRow.objects.filter(sheet=sheet).order_by("number")
    lines = list(report.csv_lines(rows, args.language))
    if args.report:
        args.report.write_text("".join(lines), encoding="utf-8", newline="")
    else:
        print("".join(lines).removeprefix(report.MARK).replace("\r\n", "\n"), end="")
    print(f"{sheet.total} rows: {sheet.total - sheet.bad} good, {sheet.bad} with faults, {sheet.warned} to look at")
    if not args.apply:
        print("nothing was written (--apply writes)")
        return 1 if sheet.bad else 0
    with tqdm(desc="writing", unit=" rows", total=sheet.total - sheet.bad) as bar:
        sheet = sheets.apply(
            actor, sheet_id=sheet.id, skip_bad=args.skip_bad, step=lambda done, _: bar.update(done - bar.n)
        )
    print(f"written: {sheet.created} new, {sheet.updated} changed, {sheet.unchanged} unchanged")
    return 0
