"""Making and opening a case."""

from pathlib import Path

import pytest

from ctforensics.case import custody, folder, register
from ctforensics.case.manifest import Manifest, Root
from ctforensics.errors import CaseError


def test_a_case_comes_back_as_it_was_made(tmp_path: Path):
    made = folder.create(tmp_path / "c", title='A "quoted" title\\', examiner="A. Müller", matter="7")
    manifest = folder.open_folder(tmp_path / "c").manifest()
    assert (manifest.title, manifest.examiner, manifest.matter) == ('A "quoted" title\\', "A. Müller", "7")
    assert made.evidence.is_dir()
    assert made.inputs.is_dir()


def test_a_root_can_move_without_its_label(tmp_path: Path):
    made = folder.create(tmp_path / "c")
    made.manifest().with_root(Root("mirror", "/old/place", received_from="client")).write(made.manifest_file)
    made.manifest().with_root(Root("mirror", "/new/place", received_from="client")).write(made.manifest_file)
    (root,) = made.manifest().evidence
    assert (root.label, root.where, root.received_from) == ("mirror", "/new/place", "client")


def test_there_is_one_clear_sentence_for_each_way_of_missing_a_case(tmp_path: Path):
    with pytest.raises(CaseError, match="no such folder") as missing:
        folder.open_folder(tmp_path / "nowhere")
    assert "ctforensics new" in missing.value.sentence()
    with pytest.raises(CaseError, match=r"no case\.toml"):
        folder.open_folder(tmp_path)
    folder.create(tmp_path / "c")
    with pytest.raises(CaseError, match="a case here already"):
        folder.create(tmp_path / "c")


def test_a_broken_manifest_is_named_with_its_line(tmp_path: Path):
    made = folder.create(tmp_path / "c")
    made.manifest_file.write_text("title = \n")
    with pytest.raises(CaseError, match="line 1"):
        made.manifest()


def test_a_manifest_with_a_strange_entry_is_refused(tmp_path: Path):
    made = folder.create(tmp_path / "c")
    made.manifest_file.write_text('title = "x"\n[[evidence]]\nlabel = "a"\nwhere = "b"\ncolour = "red"\n')
    with pytest.raises(CaseError, match="does not belong"):
        Manifest.read(made.manifest_file)


def test_custody_chains_and_names_who_and_which_version(tmp_path: Path):
    made = folder.create(tmp_path / "c", examiner="E. Xaminer")
    custody.record(made, "new")
    head = custody.record(made, "load", files=3)
    report = custody.verify(made)
    assert report.ok
    assert (report.lines, report.head) == (2, head)
    assert '"examiner":"E. Xaminer"' in made.custody_file.read_text()


def test_the_register_keeps_every_fact_of_an_object(tmp_path: Path):
    made = folder.create(tmp_path / "c")
    line = register.EvidenceLine(
        "mirror", "a/b.json.gz", 12, "ab" * 32, "cd" * 32, metadata={"signature": "00"}, etag="x"
    )
    register.append(made, [line])
    assert list(register.read(made)) == [line]


def test_evidence_that_moved_is_found_again_when_its_place_is_changed(tmp_path: Path):
    from ctforensics.errors import EvidenceError
    from ctforensics.evidence import roots

    with pytest.raises(EvidenceError) as missing:
        list(roots.walk(tmp_path / "gone", "mirror"))
    assert "change `where` in case.toml" in missing.value.sentence()
