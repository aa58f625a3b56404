"""Signed statements of the custody head, checked by the tools that everybody has."""

import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ctforensics.case import custody, folder
from ctforensics.cli import main


def pem(key, form=serialization.PrivateFormat.PKCS8, passphrase=None):
    lock = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, lock)


@pytest.fixture
def case(tmp_path):
    made = folder.create(tmp_path / "case", title="Leak\nhead: " + "0" * 64, examiner="E. Xaminer")
    custody.record(made, "new")
    return made


@pytest.fixture
def key_file(tmp_path):
    file = tmp_path / "examiner.pem"
    file.write_bytes(pem(Ed25519PrivateKey.generate()))
    return file


def sign(case, key_file, *options):
    return main(["custody", str(case.path), "sign", "--key", str(key_file), *options])


def verify(case, public_key, *options):
    return main(["custody", str(case.path), "verify", "--public-key", str(public_key), *options])


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_openssl_alone_checks_the_line_that_was_printed(case, key_file, capsys):
    assert sign(case, key_file) == 0
    out = capsys.readouterr().out
    command = out.split("with: ")[1].split()
    told = subprocess.run(command, cwd=case.exhibits, capture_output=True, text=True, check=False)
    assert told.returncode == 0 and "Verified Successfully" in told.stdout
    (statement,) = case.exhibits.glob("custody-*.txt")
    statement.write_bytes(statement.read_bytes().replace(b"E. Xaminer", b"Somebody E"))
    assert subprocess.run(command, cwd=case.exhibits, capture_output=True, check=False).returncode != 0


def test_a_signed_head_anchors_the_chain(case, key_file, capsys):
    sign(case, key_file)
    assert custody.verify(case).head in capsys.readouterr().out
    custody.record(case, "transfer", party="Court")
    (public,) = case.exhibits.glob("custody-*.pem")
    assert verify(case, public) == 0
    assert "the expected head stands in it, 1 lines ago" in capsys.readouterr().out


def test_a_chain_written_anew_does_not_pass_for_the_signed_one(case, key_file, capsys):
    sign(case, key_file)
    (public,) = case.exhibits.glob("custody-*.pem")
    case.custody_file.unlink()
    custody.record(case, "new", title="another past")
    capsys.readouterr()
    assert verify(case, public) == 1
    assert "not in the chain" in capsys.readouterr().out


def test_another_key_and_an_edited_statement_count_for_nothing(case, key_file, tmp_path, capsys):
    sign(case, key_file)
    other = tmp_path / "other.pem"
    other.write_bytes(
        Ed25519PrivateKey.generate()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    assert verify(case, other) == 2
    (statement,) = case.exhibits.glob("custody-*.txt")
    (public,) = case.exhibits.glob("custody-*.pem")
    statement.write_bytes(statement.read_bytes() + b"more\n")
    assert verify(case, public) == 2
    assert "No statement" in capsys.readouterr().err


def test_openssh_keys_and_keys_with_a_passphrase_sign_too(case, tmp_path, capsys, monkeypatch):
    key = Ed25519PrivateKey.generate()
    file, public = tmp_path / "id_ed25519", tmp_path / "id_ed25519.pub"
    file.write_bytes(pem(key, serialization.PrivateFormat.OpenSSH))
    assert sign(case, file) == 0
    file.write_bytes(pem(key, passphrase=b"secret"))
    public.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    )
    lines = custody.verify(case).lines
    assert sign(case, file) == 2
    assert "CTFORENSICS_KEY_PASSPHRASE" in capsys.readouterr().err and custody.verify(case).lines == lines
    monkeypatch.setenv("CTFORENSICS_KEY_PASSPHRASE", "secret")
    assert sign(case, file) == 0 and verify(case, public) == 0


def test_a_file_that_is_no_key_is_one_sentence(case, tmp_path, capsys):
    file = tmp_path / "key"
    for data in (b"nonsense", pem(ec.generate_private_key(ec.SECP256R1()))):
        file.write_bytes(data)
        assert sign(case, file) == 2
        assert "openssl genpkey" in capsys.readouterr().err
    assert sign(case, tmp_path / "absent") == 2 and main(["custody", str(case.path), "sign"]) == 2
    assert "--key" in capsys.readouterr().err
