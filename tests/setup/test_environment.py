"""What an operator reads when something of the set-up is wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backend import __main__ as entrance
from backend import commands, roles_sql
from backend.commands import links

ROOT = Path(__file__).resolve().parents[2]


def backend(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "YIKE_"))}
    return subprocess.run(
        [sys.executable, "-m", "backend", *arguments],
        cwd=ROOT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_missing_database_urls_are_named_together(tmp_path: Path) -> None:
    shown = backend("up", DATABASE_URL="postgresql://yike_app@127.0.0.1/yike", YIKE_HOME=str(tmp_path), PORT="0")
    assert shown.returncode != 0
    assert "DATABASE_OWNER_URL" in shown.stderr
    assert "DATABASE_SYSTEM_URL" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_wrong_values_are_named_together_before_anything_starts(tmp_path: Path) -> None:
    shown = backend("up", PORT="eighty", REDIS_URL="http://here", YIKE_HOME=str(tmp_path / "home"))
    assert shown.returncode != 0
    assert "PORT" in shown.stderr
    assert "REDIS_URL" in shown.stderr
    assert not (tmp_path / "home").exists()


def test_the_help_names_every_command_with_one_line() -> None:
    shown = backend("--help").stdout
    for command in commands.found().values():
        assert command.help, f"{command.name} has no docstring"
        assert f"  {command.name}" in shown


def test_dotenv_yields_to_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("# a comment\nYIKE_FIRST='one'\nexport YIKE_SECOND=two\nnot a line\n")
    monkeypatch.setenv("YIKE_SECOND", "given")
    monkeypatch.setenv("YIKE_FIRST", "")
    monkeypatch.delenv("YIKE_FIRST")
    entrance.read_dotenv(file)
    assert os.environ["YIKE_FIRST"] == "one"
    assert os.environ["YIKE_SECOND"] == "given"
    monkeypatch.delenv("YIKE_FIRST")


def test_role_urls_keep_the_server_and_its_options() -> None:
    urls = roles_sql.urls(
        "postgresql://admin:pw@db.example:6432/postgres?sslmode=require", "yike", dict.fromkeys(roles_sql.ROLES, "a/b")
    )
    assert urls.app == "postgresql://yike_app:a%2Fb@db.example:6432/yike?sslmode=require"
    assert urls.port == 6432


def test_a_broken_link_of_the_docs_is_found(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(
        "# 一刻\n[a](docs/a.md#the-way) [b](docs/none.md) [c](#一刻) [d](https://example.org)\n"
    )
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("# The way\n[up](../README.md#nowhere)\n```\n[code](gone.md)\n```\n")
    assert links.broken(tmp_path) == ["README.md: docs/none.md", "docs/a.md: ../README.md#nowhere"]
