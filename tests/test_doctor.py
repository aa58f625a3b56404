"""What works on this machine."""

import json

import pytest

from ctforensics import doctor
from ctforensics.cli import main


def test_the_doctor_finds_this_machine_sound(capsys: pytest.CaptureFixture[str]):
    assert main(["doctor", "--json"]) == 0
    checks = {check["name"]: check["state"] for check in json.loads(capsys.readouterr().out)["checks"]}
    assert {checks[name] for name in ("duckdb", "signatures", "inflate", "content")} == {"ok"}


def test_a_part_that_breaks_is_a_row_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def fail() -> str:
        raise OSError("no such library")

    monkeypatch.setitem(doctor._ATTEMPTS, "duckdb", fail)
    assert main(["doctor"]) == 2
    assert "no such library" in capsys.readouterr().out


def test_a_missing_extra_says_how_to_get_it():
    check = doctor._extra("aws", ("a-package-that-is-nowhere",))
    assert check.state == "missing"
    assert "pip install 'ctforensics[aws]'" in check.hint
