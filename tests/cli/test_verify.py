"""``ctforensics verify`` as people and scripts use it."""

import json
from pathlib import Path

import pytest
from support import aws_service
from support.digest_archive import Archive
from support.digest_cases import usual

from ctforensics.cli import main


@pytest.fixture
def mirror(tmp_path: Path) -> tuple[Archive, Path]:
    archive = Archive()
    usual(archive)
    archive.write(tmp_path / "mirror")
    (tmp_path / "keys.json").write_text(json.dumps(archive.ring.public_keys()))
    (tmp_path / "heads.json").write_text(json.dumps(archive.sink.metadata))
    return archive, tmp_path


def options(folder: Path) -> list[str]:
    keys, heads = str(folder / "keys.json"), str(folder / "heads.json")
    return ["verify", str(folder / "mirror"), "--public-keys", keys, "--metadata", heads]


def test_the_first_lines_count_and_the_exit_code_is_zero_for_what_is_proven(mirror, capsys: pytest.CaptureFixture[str]):
    _, folder = mirror
    assert main(options(folder)) == 0
    out = capsys.readouterr().out
    assert "24 of 24 files are proven, 0 are not. Keys: PRACTICE." in out
    assert "8/8 digest files valid" in out
    assert "16/16 log files valid" in out


def test_json_stands_alone_on_standard_output(mirror, capsys: pytest.CaptureFixture[str]):
    _, folder = mirror
    assert main([*options(folder), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) >= {
        "schema",
        "authentic",
        "complete",
        "keys_from",
        "window",
        "expected",
        "counts",
        "files",
        "findings",
    }
    assert (answer["authentic"], answer["complete"], answer["keys_from"]) == ("ok", None, "practice")
    assert len(answer["files"]) == 24
    assert set(answer["files"][0]) >= {"key", "kind", "code", "class", "detail"}


def test_what_gives_exit_one_can_be_chosen(mirror, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    archive, folder = mirror
    log = archive.logs()[4]
    (folder / "mirror" / log[1]).unlink()
    assert main(options(folder)) == 1
    printed = capsys.readouterr().out
    assert f"Log file  s3://{log[0]}/{log[1]}  INVALID: not found  L_MISSING (fail)" in printed
    assert "15/16 log files valid, 1/16 log files INVALID" in printed
    assert main([*options(folder), "--fail-on", "incomplete"]) == 0
    assert main([*options(folder), "--fail-on", "fail"]) == 1


def test_every_file_goes_to_a_file_of_json_lines_and_the_letter_beside_it(mirror, tmp_path: Path):
    _, folder = mirror
    target, wanted = tmp_path / "all.jsonl", tmp_path / "letter.txt"
    arguments = [
        "verify",
        str(folder / "mirror"),
        "-o",
        str(target),
        "--wanted",
        str(wanted),
        "--json",
        "--files",
        "none",
    ]
    assert main(arguments) == 1
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert {line["code"] for line in lines} == {"D_NO_SIGNATURE", "D_NO_KEY", "L_DIGEST_UNVERIFIED", "G_NO_DIGESTS"}
    assert "aws cloudtrail list-public-keys --region us-east-1" in wanted.read_text()


def test_a_window_that_ends_before_it_begins_is_refused(mirror, capsys: pytest.CaptureFixture[str]):
    _, folder = mirror
    assert main([*options(folder), "--since", "2024-03-10", "--until", "2024-03-09"]) == 2
    assert "--since is not before --until" in capsys.readouterr().err


def test_a_place_that_is_not_there_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["verify", str(tmp_path / "nowhere")]) == 2
    assert "There is nothing there." in capsys.readouterr().err


def test_online_asks_for_the_keys_that_are_missing(mirror, monkeypatch: pytest.MonkeyPatch, capsys):
    archive, folder = mirror
    for name, value in aws_service.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    heads = str(folder / "heads.json")
    with aws_service.running() as service:
        service.public_keys.update(archive.ring.public_keys()["Regions"])
        asked = [
            "verify",
            str(folder / "mirror"),
            "--metadata",
            heads,
            "--online",
            "--endpoint-url",
            service.url,
            "--json",
        ]
        assert main(asked) == 0
        assert json.loads(capsys.readouterr().out)["authentic"] == "ok"
        assert main(["new", str(folder / "case")]) == 0
        from ctforensics.investigation import open_case

        open_case(folder / "case").add_evidence(folder / "mirror")
        capsys.readouterr()
        asked[1] = str(folder / "case")
        assert main(asked) == 0
        assert json.loads(capsys.readouterr().out)["counts"]["proven"] == 24
    assert (folder / "case" / "keys" / "us-east-1.json").exists()


def test_control_characters_of_names_never_reach_the_terminal(mirror, capsys: pytest.CaptureFixture[str]):
    _, folder = mirror
    (folder / "mirror" / "evil\x1b[31m.json").write_text('{"Records":[{"eventVersion":"1.08"}]}')
    main([*options(folder), "--verbose"])
    assert "\x1b" not in capsys.readouterr().out
