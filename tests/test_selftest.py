"""The known answers that a laboratory runs."""

import json

import pytest

from ctforensics import selftest
from ctforensics.cli import main


@pytest.mark.slow
def test_every_known_answer_is_right(capsys: pytest.CaptureFixture[str]):
    assert main(["selftest", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["wrong"] == 0
    assert told["right"] > 60
    assert {"tampered_log: authentic", "leaked_key: the ledger balances"} <= {a["name"] for a in told["answers"]}


def test_a_wrong_answer_is_seen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(selftest, "STORIES", ())
    monkeypatch.setattr("ctforensics.trail.canonical.event_key", lambda record: b"\0" * 16)
    assert main(["selftest"]) == 1
    assert "WRONG event_key of a record" in capsys.readouterr().out
