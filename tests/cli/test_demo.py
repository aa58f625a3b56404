"""The main job on the practice incident, as a new user runs it."""

from pathlib import Path

import pytest

from ctforensics.cli import main


@pytest.mark.slow
def test_the_demo_goes_from_nothing_to_a_report_and_tells_what_was_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "demo", "--story", "tampered_log"]) == 0
    told = capsys.readouterr().out
    assert "Authentic: fail" in told
    assert "PRACTICE" in told
    report = (tmp_path / "demo" / "report.html").read_text("utf-8")
    assert "Content-Security-Policy" in report
    assert (tmp_path / "demo" / "timeline.html").stat().st_size > 100_000
    # A second run makes its own folder anew; somebody else's folder is left alone.
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    assert main(["demo", "mine"]) == 2
    assert "not empty" in capsys.readouterr().err
