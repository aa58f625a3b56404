"""An exhibit proves itself: byte for byte, with public tools, without the case."""

import io
import json
import shutil
import subprocess
import zipfile

import pytest

from ctforensics.errors import EvidenceError, ParameterError
from ctforensics.export import checking, exhibits


@pytest.fixture(scope="module")
def made(story_case, tmp_path_factory):
    case = story_case("leaked_key")
    ids = [
        row[0]
        for row in case.room.sql("SELECT event_id FROM events ORDER BY event_time DESC LIMIT 3 OFFSET 2000", {})[2]
    ]
    keys = case.path.parent / "archive"
    found = next(iter(sorted(keys.rglob("public-keys.json"))))
    target = tmp_path_factory.mktemp("exhibit") / "exhibit.zip"
    return exhibits.make(case.folder, case.room, ids, target, public_keys=found, record=False), ids, case, found


def changed(source, target, name, change):
    """A copy of an exhibit with one member changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.namelist():
            new.writestr(member, change(old.read(member)) if member == name else old.read(member))
    return target


def test_every_check_of_an_untouched_exhibit_is_ok(made):
    exhibit, ids, _, _ = made
    checks = checking.check(exhibit.path)
    assert {c.state for c in checks} == {"ok"} and exhibit.notes == []
    assert sum(c.what.startswith("record ") for c in checks) == len(ids)
    assert any("signature" in c.detail for c in checks)


def test_the_same_events_give_the_same_bytes(made, tmp_path):
    exhibit, ids, case, keys = made
    again = exhibits.make(case.folder, case.room, ids, tmp_path / "x.zip", public_keys=keys, record=False)
    assert again.path.read_bytes() == exhibit.path.read_bytes()


def test_nothing_of_the_machine_is_in_it(made):
    exhibit, _, case, _ = made
    with zipfile.ZipFile(exhibit.path) as held:
        manifest = held.read("manifest.json").decode()
    assert str(case.path) not in manifest and str(case.path.parent) not in manifest


@pytest.mark.parametrize("part", ["records/", "logs/", "digests/", "keys/"])
def test_a_changed_member_is_found(made, tmp_path, part):
    exhibit, _, _, _ = made
    with zipfile.ZipFile(exhibit.path) as held:
        name = next(n for n in held.namelist() if n.startswith(part))
    bad = changed(exhibit.path, tmp_path / "bad.zip", name, lambda d: d[:-20] + bytes([d[-20] ^ 1]) + d[-19:])
    assert "fail" in {c.state for c in checking.check(bad)}


def test_a_forged_record_with_a_forged_manifest_is_found(made, tmp_path):
    from ctforensics import hashing

    exhibit, _, _, _ = made
    with zipfile.ZipFile(exhibit.path) as held:
        members = {n: held.read(n) for n in held.namelist()}
    name = next(n for n in members if n.startswith("records/"))
    members[name] = members[name].replace(b'"eventName"', b'"eventNamf"')
    manifest = json.loads(members["manifest.json"])
    for file in manifest["files"]:
        file["sha256"] = hashing.sha256_hex(members[file["name"]])
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(tmp_path / "forged.zip", "w") as out:
        for member, data in members.items():
            out.writestr(member, data)
    failed = [c for c in checking.check(tmp_path / "forged.zip") if c.state == "fail"]
    assert [c.what for c in failed] == [f"record {name}"]


def test_openssl_and_gunzip_agree(made, tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not on this machine")
    with zipfile.ZipFile(io.BytesIO(made[0].path.read_bytes())) as held:
        held.extractall(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    item = manifest["records"][0]
    stem = item["digest"].split(".json")[0]
    key = next((tmp_path / "keys").glob("*.pem"))
    command = ["openssl", "dgst", "-sha256", "-verify", str(key), "-signature", f"{stem}.signature", f"{stem}.signed"]
    outcomes = []
    for pem in (tmp_path / "keys").glob("*.pem"):
        command[4] = str(pem)
        outcomes.append(subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout.strip())
    assert "Verified OK" in outcomes


def test_what_the_readme_says_can_be_followed_in_a_shell(made, tmp_path):
    if any(shutil.which(tool) is None for tool in ("openssl", "sha256sum", "gunzip", "md5sum")):
        pytest.skip("openssl, gunzip and the sums of coreutils are not all on this machine")
    with zipfile.ZipFile(made[0].path) as held:
        held.extractall(tmp_path)

    def shell(line):
        done = subprocess.run(
            ["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert " OK\n" in shell("sha256sum -c SHA256SUMS")
    for item in json.loads((tmp_path / "manifest.json").read_text())["records"]:
        offset, length, stem = item["byte_offset"], item["byte_length"], item["digest"].split(".json")[0]
        shell(f"gunzip -c {item['log']} | tail -c +$(({offset} + 1)) | head -c {length} | cmp - {item['record']}")
        assert shell(f"gunzip -c {item['log']} | sha256sum").split()[0] in shell(f"gunzip -c {item['digest']}")
        fingerprint = json.loads(shell(f"gunzip -c {item['digest']}"))["digestPublicKeyFingerprint"]
        key = f"keys/{fingerprint}.pem"
        assert shell(f"openssl dgst -sha256 -verify {key} -signature {stem}.signature {stem}.signed") == "Verified OK\n"
        made_of = shell(f"openssl rsa -pubin -in {key} -RSAPublicKey_out -outform DER | md5sum").split()[0]
        assert made_of == fingerprint


def rewritten(source, target, change, **members):
    """A copy of an exhibit with its manifest changed, further members put in, and every hash right."""
    from ctforensics import hashing

    with zipfile.ZipFile(source) as old:
        held = {n: old.read(n) for n in old.namelist()} | members
    manifest = json.loads(held.pop("manifest.json"))
    change(manifest)
    manifest["files"] = [{"name": n, "sha256": hashing.sha256_hex(d)} for n, d in held.items()]
    with zipfile.ZipFile(target, "w") as new:
        for name, data in {**held, "manifest.json": json.dumps(manifest).encode()}.items():
            new.writestr(name, data)
    return target


def test_a_record_of_which_the_manifest_does_not_say_where_it_stood_is_found(made, tmp_path):
    bad = rewritten(made[0].path, tmp_path / "x.zip", lambda m: None, **{"records/009-forged.json": b"{}"})
    failed = [c for c in checking.check(bad) if c.state == "fail"]
    assert [c.what for c in failed] == ["record records/009-forged.json"]
    emptied = rewritten(made[0].path, tmp_path / "y.zip", lambda m: m["records"].clear())
    assert any(c.what == "records" and c.state == "fail" for c in checking.check(emptied))


@pytest.mark.parametrize("records", [[None], ["x"], [[]], [-1], {}])
def test_a_manifest_that_says_nonsense_is_no_exhibit(made, tmp_path, records):
    bad = rewritten(made[0].path, tmp_path / "x.zip", lambda m: m.update(records=records))
    with pytest.raises(EvidenceError, match="no exhibit"):
        checking.check(bad)


def test_a_digest_that_lists_nonsense_fails_and_a_damaged_archive_is_said_so(made, tmp_path):
    import gzip

    name = "digests/001.json.gz"
    with zipfile.ZipFile(made[0].path) as held:
        digest = json.loads(gzip.decompress(held.read(name)))
        at = held.getinfo(name).header_offset + 60
    odd = gzip.compress(json.dumps(digest | {"logFiles": None}).encode())
    states = {
        c.state for c in checking.check(rewritten(made[0].path, tmp_path / "x.zip", lambda m: None, **{name: odd}))
    }
    assert "fail" in states
    data = bytearray(made[0].path.read_bytes())
    data[at : at + 40] = b"\xff" * 40
    (tmp_path / "y.zip").write_bytes(data)
    with pytest.raises(EvidenceError, match="no exhibit"):
        checking.check(tmp_path / "y.zip")


def test_what_is_no_exhibit_is_said_so(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"no zip")
    with pytest.raises(EvidenceError, match="no exhibit"):
        checking.check(tmp_path / "x.zip")
    with pytest.raises(EvidenceError, match="cannot be read"):
        checking.check(tmp_path / "absent.zip")


def test_no_event_and_unknown_events_are_refused(made, tmp_path):
    _, _, case, _ = made
    with pytest.raises(ParameterError, match="No event is named"):
        exhibits.make(case.folder, case.room, [], tmp_path / "x.zip")
    with pytest.raises(ParameterError, match="nothing-such"):
        exhibits.make(case.folder, case.room, ["nothing-such"], tmp_path / "x.zip")
