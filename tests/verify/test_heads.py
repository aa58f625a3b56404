"""Metadata files are read member by member, whatever their size and form."""

import json
from pathlib import Path

import pytest

from ctforensics.errors import ForensicsError, ParameterError
from ctforensics.verify import heads


def written(tmp_path: Path, data: str | bytes) -> Path:
    file = tmp_path / "heads.json"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return file


ANSWERS = {f"bucket/key-é-{n}": {"Metadata": {"signature": f"{n:04x}" * 8}, "Size": n} for n in range(40)}


@pytest.mark.parametrize("piece", [1, 7, 1 << 18])
@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ANSWERS),
        json.dumps(ANSWERS, indent=2, ensure_ascii=False),
        "\ufeff" + json.dumps(ANSWERS),
        "\n".join(json.dumps({name: answer}) for name, answer in ANSWERS.items()) + "\n\n",
    ],
)
def test_one_object_or_one_a_line_is_read_in_pieces_of_any_size(
    text: str, piece: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(heads, "_PIECE", piece)
    assert dict(heads.read_heads(written(tmp_path, text))) == ANSWERS
    assert len(list(heads.proposed(tmp_path / "heads.json"))) == 40


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"7",
        b"{",
        b'{"a": 1',
        b'{"a" 1}',
        b'{"a": 1 "b": 2}',
        b'{"a": tru}',
        b"{1: 2}",
        b'{"a": "\xff"}',
        b'{"a": ' + b"[" * 200_000,
        b'{} {"a"',
    ],
)
def test_what_is_no_metadata_is_one_sentence(data: bytes, tmp_path: Path):
    with pytest.raises(ParameterError, match="The metadata is no JSON"):
        list(heads.read_heads(written(tmp_path, data)))


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path):
    with pytest.raises(ForensicsError, match="cannot be read"):
        list(heads.read_heads(tmp_path / "none.json"))


def test_a_member_without_end_does_not_fill_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(heads, "_LARGEST", 1 << 20)
    with pytest.raises(ParameterError, match="a member of more than"):
        list(heads.read_heads(written(tmp_path, '{"a": "' + "x" * (8 << 20))))
