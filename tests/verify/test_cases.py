"""Verifying a case: what the register, the keys folder and custody add, and what is saved."""

import hashlib
import json
from pathlib import Path

import pytest
from support.digest_archive import Archive, shown
from support.digest_cases import usual

from ctforensics.case import custody, folder, register
from ctforensics.case.register import EvidenceLine
from ctforensics.errors import ForensicsError
from ctforensics.verify import saved
from ctforensics.verify.cases import case_keys, verify_case


@pytest.fixture
def case(clean: Archive, tmp_path: Path) -> folder.CaseFolder:
    """A case that acquired the bucket: objects below evidence/, a register that knows the metadata, keys."""
    made = folder.create(tmp_path / "case")
    lines = []
    for (bucket, key), stored in clean.objects.items():
        path = f"acquired/{hashlib.sha256(key.encode()).hexdigest()}"
        (made.evidence / path).parent.mkdir(exist_ok=True)
        (made.evidence / path).write_bytes(stored)
        head = clean.sink.metadata.get(f"{bucket}/{key}", {}).get("Metadata")
        lines.append(EvidenceLine("evidence", path, len(stored), "", bucket=bucket, key=key, metadata=head))
    register.append(made, lines)
    (made.keys / "us-east-1.json").write_text(json.dumps(clean.ring.public_keys()))
    return made


def test_the_register_gives_places_and_signatures(case: folder.CaseFolder):
    result = verify_case(case)
    assert result.counts["codes"] == {"D_OK": 8, "L_OK": 16}, shown(result)
    assert result.keys_from == "practice"


def test_a_run_is_saved_whole_and_stands_in_custody(case: folder.CaseFolder):
    assert saved.newest(case) is None
    first = verify_case(case)
    second = verify_case(case)
    run = saved.newest(case)
    assert run is not None
    assert run.run == second.run != first.run
    assert len(saved.runs(case)) == 2
    assert run.head["authentic"] == "ok"
    files = list(run.files())
    assert len(files) == 24
    assert all(len(line["content_sha256"]) == 64 and "line" not in line for line in files)
    assert list(run.findings()) == []
    written = [line for line in custody.journal.read(case.custody_file) if line["action"] == "verify"]
    assert written[-1]["run"] == run.run
    assert written[-1]["sha256"] == hashlib.sha256(run.path.read_bytes()).hexdigest()


def keys_without_mark(archive: Archive) -> bytes:
    """A file with a key that is not marked as practice (65537), as AWS's are."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    public = rsa.generate_private_key(65537, 2048).public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    answer = archive.ring.public_keys()
    import base64

    answer["Regions"]["us-east-1"][0]["Value"] = base64.b64encode(der).decode()
    return json.dumps({"Regions": answer["Regions"]}).encode()


def test_keys_are_from_aws_only_where_custody_names_the_very_file(archive: Archive, tmp_path: Path):
    usual(archive, 2)
    made = folder.create(tmp_path / "case")
    data = keys_without_mark(archive)
    (made.keys / "us-east-1.json").write_bytes(data)
    assert case_keys(made).keys_from == "supplied"
    sha256 = hashlib.sha256(data).hexdigest()
    custody.record(made, "public_keys", source="endpoint", files={"us-east-1": sha256})
    assert case_keys(made).keys_from == "supplied"
    custody.record(made, "public_keys", source="aws", files={"us-east-1": sha256})
    assert case_keys(made).keys_from == "aws"
    text = made.custody_file.read_text().replace('"source":"endpoint"', '"source":"elsewhere"')
    made.custody_file.write_text(text)
    assert case_keys(made).keys_from == "supplied", "a broken chain of custody vouches for nothing"


def test_evidence_that_is_not_at_hand_does_not_stop_the_rest(case: folder.CaseFolder, tmp_path: Path):
    from ctforensics.case.manifest import Root

    manifest = case.manifest().with_root(Root("gone", str(tmp_path / "nowhere")))
    manifest.write(case.manifest_file)
    result = verify_case(case)
    assert result.counts["proven"] == 24
    assert result.counts["other_unreadable"] == 1


def test_files_that_were_named_and_are_wrong_are_one_sentence(case: folder.CaseFolder, tmp_path: Path):
    wrong = tmp_path / "wrong.json"
    for text in ("no json", '"x"', '{"x": 1}'):
        wrong.write_text(text)
        for name in ("public_keys", "expect"):
            with pytest.raises(ForensicsError):
                verify_case(case, **{name: wrong})
    with pytest.raises(ForensicsError, match="cannot be read"):
        verify_case(case, metadata=tmp_path / "absent.json")
