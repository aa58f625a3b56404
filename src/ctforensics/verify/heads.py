"""HEAD answers by BUCKET/KEY out of a JSON file, one after the other: the file may be larger than what memory should hold."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from ctforensics.errors import ForensicsError, ParameterError
from ctforensics.verify.ledger import Signature, printable

_PIECE = 1 << 18
_LARGEST = 1 << 24
_HINT = 'Write {"BUCKET/KEY": HEAD answer, ...}.'


def proposed(file: Path) -> Iterator[tuple[str, Signature]]:
    """The signatures in a metadata file. Raises ForensicsError where it holds something else."""
    for place, answer in read_heads(file):
        signature = from_head(answer)
        if signature:
            yield printable(place.removeprefix("s3://")), signature


def from_heads(metadata: Mapping[str, Any]) -> Iterator[tuple[str, Signature]]:
    """Signatures out of HEAD answers by BUCKET/KEY; entries without one are passed over."""
    for place, answer in metadata.items():
        signature = from_head(answer)
        if signature:
            yield printable(place.removeprefix("s3://")), signature


def from_head(answer: Any) -> Signature | None:
    """The signature in one HEAD answer or in its user metadata, whatever the case of the names."""
    if not isinstance(answer, Mapping):
        return None
    inner = answer.get("Metadata")
    fields = {
        str(n).lower().removeprefix("x-amz-meta-"): v
        for n, v in (inner if isinstance(inner, Mapping) else answer).items()
    }
    if not isinstance(fields.get("signature"), str):
        return None
    generated = fields.get("backfill-generation-timestamp")
    return Signature(
        fields["signature"], str(fields.get("signature-algorithm") or ""), str(generated) if generated else None
    )


def read_heads(file: Path) -> Iterator[tuple[str, Any]]:
    """The members of one JSON object, or of several that follow one another (one a line)."""
    try:
        with Path(file).open("rb") as stream:
            yield from _Members(stream, str(file)).all()
    except OSError as error:
        raise ForensicsError(f"The metadata cannot be read: {error.strerror}.", where=str(file)) from error
    except (ValueError, RecursionError) as error:
        raise ParameterError(f"The metadata is no JSON ({error}).", where=str(file), hint=_HINT) from error


class _Members:
    """Reads JSON objects member by member; what was read is forgotten."""

    def __init__(self, stream: BinaryIO, where: str) -> None:
        self._stream, self._where = stream, where
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._json = json.JSONDecoder()
        self._text, self._at, self._ended = "", 0, False

    def all(self) -> Iterator[tuple[str, Any]]:
        number = 0
        while self._next():
            if not self._take("{"):
                raise ParameterError("The metadata is no JSON object.", where=self._where, hint=_HINT)
            yield from self._members()
            number += 1
        if not number:
            raise ValueError("it is empty")

    def _members(self) -> Iterator[tuple[str, Any]]:
        if self._take("}"):
            return
        while True:
            name = self._value()
            if not isinstance(name, str) or not self._take(":"):
                raise ValueError(f"a member without a name at {self._text[self._at : self._at + 20]!r}")
            yield name, self._value()
            if self._take("}"):
                return
            if not self._take(","):
                raise ValueError(f"neither , nor }} at {self._text[self._at : self._at + 20]!r}")

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except json.JSONDecodeError:
                if not self._more():
                    raise
                continue
            if end == len(self._text) and self._more():
                continue  # a number might go on
            self._at = end
            return value

    def _take(self, mark: str) -> bool:
        if self._next() != mark:
            return False
        self._at += 1
        return True

    def _next(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in " \t\r\n":
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Reads on; false at the end of the file."""
        if self._ended:
            return False
        rest = self._text[self._at :]
        if len(rest) > _LARGEST:
            raise ValueError(f"a member of more than {_LARGEST} characters")
        data = self._stream.read(max(_PIECE, len(rest)))
        self._ended = not data
        self._text, self._at = rest + self._decode(data, self._ended), 0
        return bool(data)
