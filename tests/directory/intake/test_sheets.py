"""A sheet from its upload to the directory: every row checked, nothing written before, all of it or nothing after."""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from backend.commands import import_directory
from backend.core import geo, jobs
from backend.core.jobs import Job
from backend.directory import keeping
from backend.directory.intake import report, sheets
from backend.directory.models import Schedule, Service, ServiceAtLocation, Sheet, SheetRow
from tests.cast import Cast, Http
from tests.directory.conftest import SYSTEM
from tests.directory.intake.books import HEADS, LAT, LON, csv_bytes, row, xlsx_bytes
from tests.web.conftest import Browser


def taken(content: bytes, **options: Any) -> Sheet:
    """The sheet, taken and checked."""
    return sheets.check(sheets.take(SYSTEM, file=io.BytesIO(content), name="表.csv", queue=False, **options))


def faults(sheet: Sheet) -> list[tuple[int, str, str]]:
    rows = SheetRow.objects.filter(sheet=sheet).order_by("number")
    return [(one.number, fault["field"], fault["code"]) for one in rows for fault in one.faults]


def warnings(sheet: Sheet) -> list[tuple[int, str, str]]:
    rows = SheetRow.objects.filter(sheet=sheet).order_by("number")
    return [(one.number, fault["field"], fault["code"]) for one in rows for fault in one.warnings]


def test_64_rows_of_excel_come_in_whole(db: None) -> None:
    lines = [row(str(i), f"演示·{i}号店", 经度=LON + i * 0.0001) for i in range(64)]
    sheet = taken(xlsx_bytes(lines))
    assert (sheet.state, sheet.total, sheet.bad) == ("checked", 64, 0)
    assert Service.objects.count() == 0
    applied = sheets.apply(SYSTEM, sheet_id=sheet.id, skip_bad=False)
    assert (applied.state, applied.created) == ("applied", 64)
    at = ServiceAtLocation.objects.select_related("service__category", "location").get(service__external_id="7")
    assert (at.service.name, at.service.category.code, at.phone) == ("演示·7号店", "vegetables", "010-65551234")
    assert at.hours_text == "Mo-Fr 09:00-18:00"
    assert Schedule.objects.filter(service_at_location=at).count() == 1
    assert (at.location.lon, at.location.lat) == pytest.approx((LON + 0.0007, LAT), abs=1e-7)


def test_every_fault_has_its_row_field_and_reason(db: None) -> None:
    lines = [
        row("1"),
        row("2", ""),
        row("3", 类别="火星业务"),
        row("4", 坐标系=""),
        row("5", 坐标系="beijing54"),
        row("6", 经度="东经"),
        row("7", 经度=LAT, 纬度=LON),
        row("8", 经度=121.47, 纬度=31.23),
        row("9", 营业时间="看心情"),
        row("10", 电话="问老王"),
        row("1", "演示·另一家"),
        row("12", "a\x07b", 类别="", 纬度=""),
    ]
    sheet = taken(csv_bytes(lines))
    assert faults(sheet) == [
        (3, "name", "required"),
        (4, "category", "category-unknown"),
        (5, "crs", "datum-missing"),
        (6, "crs", "unknown-datum"),
        (7, "lon", "not-a-number"),
        (8, "lat", "swapped"),
        (9, "lon", "outside"),
        (10, "hours", "hours-unreadable"),
        (11, "phone", "phone-unreadable"),
        (12, "id", "twice"),
        (13, "name", "unprintable"),
        (13, "category", "required"),
        (13, "lat", "required"),
    ]
    assert (sheet.total, sheet.bad) == (12, 11)
    zh, en = (
        "".join(report.csv_lines(SheetRow.objects.filter(sheet=sheet).order_by("number"), tongue))
        for tongue in ("zh", "en")
    )
    assert "5,坐标系,错误,datum-missing,未声明坐标系" in zh
    assert "12,id,error,twice,the same as an earlier row of this sheet (row 2)" in en


@pytest.mark.parametrize("crs", ["wgs84", "gcj02", "bd09"])
def test_positions_are_kept_in_wgs84_whatever_their_datum(db: None, crs: str) -> None:
    lon, lat = geo.from_wgs84(LON, LAT, crs)
    lines = [
        row("column", 经度=lon, 纬度=lat, 坐标系=crs),
        row("option", "演示·乙", 经度=lon, 纬度=lat, 坐标系=""),
    ]
    sheet = taken(csv_bytes(lines), crs=crs)
    sheets.apply(SYSTEM, sheet_id=sheet.id, skip_bad=False)
    for at in ServiceAtLocation.objects.select_related("location"):
        assert (at.location.lon, at.location.lat) == pytest.approx((LON, LAT), abs=2e-6)


def test_outside_the_district_only_when_allowed(db: None) -> None:
    far = csv_bytes([row("1", 经度=121.47, 纬度=31.23)])
    assert faults(taken(far)) == [(2, "lon", "outside")]
    allowed = taken(far, allow_outside=True)
    assert (faults(allowed), warnings(allowed), allowed.warned) == ([], [(2, "lon", "outside")], 1)


def test_the_same_name_nearby_is_pointed_out_in_the_file_and_in_the_directory(db: None) -> None:
    sheet = taken(
        csv_bytes(
            [
                row("1", "演示·甲"),
                row("2", "演示·甲", 经度=LON + 0.0003),
                row("3", "演示·甲", 经度=LON + 0.01),
            ]
        )
    )
    assert warnings(sheet) == [(3, "name", "alike")]
    sheets.apply(SYSTEM, sheet_id=sheet.id, skip_bad=False)
    again = taken(csv_bytes([row("1", "演示·甲"), row("9", "演示·甲", 纬度=LAT + 0.0002)]))
    assert warnings(again) == [(2, "name", "alike"), (3, "name", "alike"), (3, "name", "alike")]
    other = taken(csv_bytes([row("9", "演示·甲", 纬度=LAT + 0.0002)]), source="another")
    assert warnings(other) == [(2, "name", "alike")]


def test_the_same_id_again_is_a_change_and_nothing_else_is_written(db: None) -> None:
    lines = [row("1", "演示·甲"), row("2", "演示·乙")]
    sheets.apply(SYSTEM, sheet_id=taken(csv_bytes(lines)).id, skip_bad=False)
    before = {one.external_id: one for one in Service.objects.all()}
    lines[0][1] = "演示·甲记"
    second = sheets.apply(SYSTEM, sheet_id=taken(csv_bytes(lines)).id, skip_bad=False)
    assert (second.created, second.updated, second.unchanged) == (0, 1, 1)
    after = {one.external_id: one for one in Service.objects.all()}
    assert after["1"].name == "演示·甲记"
    assert after["1"].id == before["1"].id
    assert after["2"].last_modified == before["2"].last_modified


def test_rows_without_ids_are_found_again(db: None) -> None:
    lines = [row("", "演示·甲"), row("", "演示·乙")]
    for created in (2, 0):
        sheet = sheets.apply(SYSTEM, sheet_id=taken(csv_bytes(lines)).id, skip_bad=False)
        assert sheet.created == created
    assert faults(taken(csv_bytes([lines[0], lines[0]]))) == [(3, "id", "twice")]


def test_a_sheet_with_faults_is_written_without_them_or_not_at_all(db: None) -> None:
    sheet = taken(csv_bytes([row("1"), row("2", "")]))
    with pytest.raises(sheets.HasFaults):
        sheets.apply(SYSTEM, sheet_id=sheet.id, skip_bad=False)
    assert Service.objects.count() == 0
    assert sheets.apply(SYSTEM, sheet_id=sheet.id, skip_bad=True).created == 1
    with pytest.raises(sheets.NothingToApply):
        sheets.apply(SYSTEM, sheet_id=taken(csv_bytes([row("2", "")])).id, skip_bad=True)


@pytest.mark.django_db(transaction=True)
def test_killed_while_writing_leaves_nothing_and_goes_on_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "PIECE", 2)
    sheet = taken(csv_bytes([row(str(i), f"演示·{i}") for i in range(20)]))
    real, calls = keeping.tell, []

    def dies(*args: Any, **told: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **told)

    monkeypatch.setattr(keeping, "tell", dies)
    with pytest.raises(KeyboardInterrupt):
        sheets.apply(SYSTEM, sheet_id=sheet.id, skip_bad=False)
    assert Service.objects.count() == 0
    monkeypatch.setattr(keeping, "tell", real)
    assert sheets.apply(SYSTEM, sheet_id=sheet.id, skip_bad=False).created == 20


def test_a_check_that_was_killed_goes_on_behind_the_last_row(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "PIECE", 5)
    content = csv_bytes([*(row(str(i), f"演示·{i}") for i in range(12)), row("3", "演示·又一个")])
    sheet = sheets.take(SYSTEM, file=io.BytesIO(content), name="表.csv", queue=False)

    def dies(done: int, total: int) -> None:
        if done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sheets.check(sheet, dies)
    assert SheetRow.objects.filter(sheet=sheet).count() == 10
    again = sheets.check(Sheet.objects.get(id=sheet.id))
    assert (again.total, again.bad) == (13, 1)
    assert faults(again) == [(14, "id", "twice")]


def test_a_report_holds_no_formulas(db: None) -> None:
    sheet = taken(csv_bytes([row("1", '=HYPERLINK("http://x")', 电话="+SUM(A1)")], heads=HEADS))
    text = "".join(report.csv_lines(SheetRow.objects.filter(sheet=sheet), "en"))
    assert "'=HYPERLINK" in text
    assert ",=" not in text


def test_the_template_can_be_sent_back(db: None) -> None:
    for language in ("zh", "en"):
        sheet = taken(report.template(language).encode())
        assert (sheet.state, sheet.total, sheet.bad, sheet.error) == ("checked", 1, 0, "")


def test_an_unreadable_file_says_why(db: None) -> None:
    sheet = taken(csv_bytes([["1"]], heads=["名称"]))
    assert (sheet.state, sheet.error) == ("unreadable", "column-missing category")


def command(*words: str) -> int:
    parser = argparse.ArgumentParser()
    import_directory.add_arguments(parser)
    return import_directory.run(parser.parse_args(words))


def test_the_command_checks_then_writes(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "服务.csv"
    path.write_bytes(csv_bytes([row("1"), row("2", "")], encoding="gb18030"))
    assert command(str(path)) == 1
    said = capsys.readouterr().out
    assert "3,名称,错误,required,必须填写" in said
    assert "1 good, 1 with faults" in said
    assert Service.objects.count() == 0
    assert command(str(path), "--apply") == 1
    assert Service.objects.count() == 0
    assert command(str(path), "--apply", "--skip-bad", "--report", str(tmp_path / "r.csv")) == 0
    assert "written: 1 new" in capsys.readouterr().out
    assert (tmp_path / "r.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert command("--template", "--language", "en") == 0
    assert capsys.readouterr().out.startswith("id,name,")


def test_over_http_as_jobs(cast: Cast, client_for: Any) -> None:
    admin = client_for(cast.admin)
    file = SimpleUploadedFile("服务.xlsx", xlsx_bytes([row("1"), row("2", "")]))
    sent = admin.post("/directory/imports", data={"file": file, "crs": "gcj02"})
    assert sent.status_code == 201, sent.content
    sheet = sent.json()
    assert (sheet["state"], sheet["crs"]) == ("reading", "gcj02")
    assert client_for(cast.wang).get(f"/directory/imports/{sheet['id']}").status_code == 403
    jobs.LOOP.drain()
    assert admin.get(f"/jobs/{sheet['job_id']}").json()["state"] == "done"
    assert admin.get(f"/directory/imports/{sheet['id']}").json()["bad"] == 1
    page = admin.get(f"/directory/imports/{sheet['id']}/report?level=error&limit=1").json()
    assert (page["items"][0]["number"], page["items"][0]["found"][0]["code"], page["next"]) == (3, "required", None)
    assert b"required" in b"".join(admin.get(f"/directory/imports/{sheet['id']}/report.csv").streaming_content)
    refused = admin.post(f"/directory/imports/{sheet['id']}/apply", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "sheet-has-faults")
    asked = admin.post(f"/directory/imports/{sheet['id']}/apply", {"skip_bad": True})
    assert asked.json()["state"] == "applying"
    assert admin.post(f"/directory/imports/{sheet['id']}/apply", {"skip_bad": True}).status_code == 409
    jobs.LOOP.drain()
    done = admin.get(f"/directory/imports/{sheet['id']}").json()
    assert (done["state"], done["created"]) == ("applied", 1)
    assert not Job.objects.exclude(state="done").exists()
    assert admin.get("/directory/imports/template.csv").content.startswith(b"\xef\xbb\xbf")


def test_nobody_else_may_send_a_sheet(cast: Cast, client_for: Any) -> None:
    file = SimpleUploadedFile("a.csv", csv_bytes([row("1")]))
    assert client_for(cast.community_worker).post("/directory/imports", data={"file": file}).status_code == 403
    assert Http().post("/directory/imports", data={"file": file}).status_code == 401


def test_a_sheet_whose_job_was_given_up_can_be_given_up_too(cast: Cast, client_for: Any) -> None:
    admin = client_for(cast.admin)
    file = SimpleUploadedFile("a.csv", csv_bytes([row("1")]))
    sheet = admin.post("/directory/imports", data={"file": file, "crs": "gcj02"}).json()
    path = f"/directory/imports/{sheet['id']}/withdraw"
    assert (admin.post(path).status_code, Sheet.objects.get().state) == (409, "reading")
    Job.objects.update(state="failed", due_at=None)
    assert "放弃后重新上传" in Browser(cast.admin).get(f"/desk/directory/sheets/{sheet['id']}").content.decode()
    assert admin.post(path).json()["state"] == "withdrawn"
    assert Sheet.objects.get().file == ""
