"""The list of dependencies fits the lock, is valid CycloneDX and tells nothing of the machine that made it."""

from __future__ import annotations

import json
import re

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from backend.commands import sbom


def test_it_fits_the_lock() -> None:
    assert sbom.LIST.read_text() == sbom.text(), "make sbom"


def test_it_is_valid() -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(sbom.text()) is None


def test_every_pin_is_in_it_with_every_hash() -> None:
    lock = sbom.LOCK.read_text()
    listed = json.loads(sbom.text())
    assert len(listed["components"]) == len(re.findall(r"^[a-z0-9]\S*==", lock, re.MULTILINE)) > 50
    assert sum(len(one["hashes"]) for one in listed["components"]) == lock.count("--hash=sha256:")
    assert all(one["hashes"] for one in listed["components"])
    refs = {one["bom-ref"] for one in listed["components"]}
    assert {below for one in listed["dependencies"] for below in one["dependsOn"]} == refs


@pytest.mark.parametrize("word", ["http://", "https://", "/home", "/root", "/work", "/tmp", "index", "localhost"])
def test_it_names_no_index_and_no_place(word: str) -> None:
    assert word not in sbom.text()


def test_the_same_lock_gives_the_same_list_and_another_one_another() -> None:
    project = {"name": "yike", "version": "0", "license": "Apache-2.0"}
    one = (
        "a==1 \\\n    --hash=sha256:" + "0" * 64 + "\n    # via yike (pyproject.toml)\nb==2 ; sys_platform == 'x' \\\n"
    )
    one += "    --hash=sha256:" + "1" * 64 + "\n    # via\n    #   a\n"
    first = sbom.bill(one, project)
    assert first == sbom.bill(one, project)
    assert first["serialNumber"] != sbom.bill(one.replace("a==1", "a==3"), project)["serialNumber"]
    assert first["dependencies"] == [
        {"ref": "yike@0", "dependsOn": ["pkg:pypi/a@1"]},
        {"ref": "pkg:pypi/a@1", "dependsOn": ["pkg:pypi/b@2"]},
        {"ref": "pkg:pypi/b@2", "dependsOn": []},
    ]
    assert first["components"][1]["properties"] == [{"name": "python:marker", "value": "sys_platform == 'x'"}]
