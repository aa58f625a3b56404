import hashlib
import json
import os
import tarfile
import zipfile

import pytest
from support import trail_files

from ctforensics.case import custody, register
from ctforensics.case import folder as folders
from ctforensics.cli import main


@pytest.fixture
def mirror(tmp_path):
    folder = tmp_path / "from client"
    for key, body in trail_files.make("trail-bucket").objects.items():
        file = folder / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    return folder


def files_below(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_folder_is_copied_as_it_is_and_the_manifest_says_from_whom(mirror, tmp_path, capsys):
    case = tmp_path / "case"
    code = main(["acquire", str(case), str(mirror), "--received-from", "B. Client", "--received-how", "courier"])
    out = capsys.readouterr().out
    assert code == 0
    assert "12 planned = 12 acquired" in out
    (root,) = folders.open_folder(case).manifest().evidence
    assert (root.received_from, root.received_how, root.kind) == ("B. Client", "courier", "folder")
    assert files_below(case / root.where) == files_below(mirror)
    assert {line.path for line in register.read(folders.open_folder(case))} == set(files_below(mirror))
    assert custody.verify(folders.open_folder(case)).head in out


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_container_stays_closed_and_is_hashed_as_received(mirror, tmp_path, kind):
    container = tmp_path / f"evidence.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(container, "w") as archive:
            archive.write(mirror, "logs")
    else:
        with tarfile.open(container, "w") as archive:
            archive.add(mirror, "logs")
    assert main(["acquire", str(tmp_path / "case"), str(container)]) == 0
    case = folders.open_folder(tmp_path / "case")
    (root,) = case.manifest().evidence
    assert case.where(root).read_bytes() == container.read_bytes()
    assert root.sha256 == hashlib.sha256(container.read_bytes()).hexdigest()
    assert not case.where(root).stat().st_mode & 0o222


def test_evidence_in_place_is_registered_and_not_copied(mirror, tmp_path):
    assert main(["acquire", str(tmp_path / "case"), str(mirror), "--in-place"]) == 0
    case = folders.open_folder(tmp_path / "case")
    assert not (case.path / "received").exists()
    assert case.manifest().evidence[0].where == str(mirror.resolve())
    assert len(list(register.read(case))) == 12


def test_links_and_pipes_are_refused_and_counted(mirror, tmp_path, capsys):
    (mirror / "link").symlink_to("/etc/hostname")
    os.mkfifo(mirror / "pipe")
    assert main(["acquire", str(tmp_path / "case"), str(mirror)]) == 1
    assert "14 planned = 12 acquired + 0 present + 0 missing + 2 refused" in capsys.readouterr().out


def test_taking_the_same_folder_in_twice_copies_nothing_twice(mirror, tmp_path, capsys):
    main(["acquire", str(tmp_path / "case"), str(mirror)])
    capsys.readouterr()
    assert main(["acquire", str(tmp_path / "case"), str(mirror)]) == 0
    assert "12 planned = 0 acquired + 12 present" in capsys.readouterr().out


def test_two_folders_of_one_name_become_two_roots(mirror, tmp_path, capsys):
    other = tmp_path / "second" / mirror.name
    other.mkdir(parents=True)
    (other / "one.json").write_bytes(b"{}")
    for source in (mirror, other, mirror):
        assert main(["acquire", str(tmp_path / "case"), str(source)]) == 0
    case = folders.open_folder(tmp_path / "case")
    assert sorted(root.label for root in case.manifest().evidence) == ["from-client", "from-client-2"]
    assert files_below(case.path / "received" / "from-client-2") == {"one.json": b"{}"}
    assert main(["acquire", str(tmp_path / "case"), str(other), "--label", "from-client"]) == 2
    assert "stands for other evidence" in capsys.readouterr().err


def test_a_case_inside_its_evidence_is_refused(mirror, capsys):
    assert main(["acquire", str(mirror / "case"), str(mirror)]) == 2
    assert "inside each other" in capsys.readouterr().err
    assert not (mirror / "case").exists()


def test_a_path_that_is_not_there_makes_no_case(tmp_path, capsys):
    assert main(["acquire", str(tmp_path / "case"), str(tmp_path / "nothing.zip")]) == 2
    assert "nothing there" in capsys.readouterr().err
    assert not (tmp_path / "case").exists()


class TestCustody:
    @pytest.fixture
    def case(self, mirror, tmp_path, capsys):
        main(["acquire", str(tmp_path / "case"), str(mirror)])
        capsys.readouterr()
        return folders.open_folder(tmp_path / "case")

    def verify(self, case, capsys, *options):
        code = main(["custody", str(case.path), "verify", "--json", *options])
        return code, json.loads(capsys.readouterr().out)

    def test_untouched_evidence_is_whole_and_not_anchored(self, case, capsys):
        code, told = self.verify(case, capsys)
        assert code == 0 and told["ok"] and told["anchored"] is None and told["objects"] == 12
        assert main(["custody", str(case.path), "verify"]) == 0
        assert "not anchored" in capsys.readouterr().out

    def test_a_head_that_was_written_down_anchors_the_chain(self, case, capsys):
        head = custody.verify(case).head
        main(["custody", str(case.path), "transfer", "--party", "Court", "--how", "sealed disk"])
        capsys.readouterr()
        code, told = self.verify(case, capsys, "--expect", head.upper())
        assert code == 0 and told["anchored"] is True and told["lines_since"] == 1

    def test_a_chain_written_anew_is_not_the_expected_one(self, case, capsys):
        code, told = self.verify(case, capsys, "--expect", "ab" * 32)
        assert code == 1 and told["anchored"] is False

    def test_changed_missing_and_added_evidence_is_named(self, case, capsys):
        root = case.where(case.manifest().evidence[0])
        changed, gone, *_ = sorted(p for p in root.rglob("*.gz"))
        changed.chmod(0o644)
        changed.write_bytes(b"edited")
        gone.unlink()
        (root / "new.json").write_bytes(b"{}")
        code, told = self.verify(case, capsys)
        words = {d["word"]: d["path"] for d in told["differences"]}
        assert code == 1
        assert words == {
            "changed": changed.relative_to(root).as_posix(),
            "missing": gone.relative_to(root).as_posix(),
            "unregistered": "new.json",
        }

    def test_an_edited_custody_line_is_found(self, case, capsys):
        text = case.custody_file.read_text().replace('"planned":12', '"planned":11')
        case.custody_file.write_text(text)
        code, told = self.verify(case, capsys)
        assert code == 1 and told["custody_faults"]

    def test_a_register_that_was_made_to_fit_changed_evidence_is_found(self, case, capsys):
        root = case.where(case.manifest().evidence[0])
        changed = min(root.rglob("*.gz"))
        before = hashlib.sha256(changed.read_bytes()).hexdigest()
        changed.chmod(0o644)
        changed.write_bytes(b"edited")
        text = case.register_file.read_text().replace(before, hashlib.sha256(b"edited").hexdigest())
        case.register_file.write_text(text)
        code, told = self.verify(case, capsys)
        assert code == 1 and [d["path"] for d in told["differences"]] == ["evidence.jsonl"]

    def test_show_prints_the_head(self, case, capsys):
        assert main(["custody", str(case.path), "show"]) == 0
        out = capsys.readouterr().out
        assert custody.verify(case).head in out
        assert [line.split()[2] for line in out.splitlines()[2:5]] == ["new", "acquire", "acquire"]

    def test_a_transfer_without_a_party_is_refused(self, case, capsys):
        assert main(["custody", str(case.path), "transfer"]) == 2
        assert "--party" in capsys.readouterr().err
