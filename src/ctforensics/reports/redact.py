"""Redaction: names, accounts, addresses, resources and keys of a report replaced by pseudonyms, the same ones every time.

The pseudonyms are random and stand in ``redaction.json`` in the case, which stays in the house: nothing in a redacted report leads
back. Replaced is what the case's tables name, and what looks like an account id, a key id or an address wherever it stands: plain,
URL-encoded, in base64, in charts. Event ids and hashes stay, and so does the declared examiner, who answers for the report. A name that
is a word of the report itself (``main``, ``backup``) stays too: it cannot be hidden and tells nothing. Finished pictures of an own
notebook are left out.
"""

from __future__ import annotations

import base64
import binascii
import functools
import ipaddress
import re
import urllib.parse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ctforensics.ask.catalog import Catalog
from ctforensics.ask.room import Room
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import UnknownName
from ctforensics.reports import catalog
from ctforensics.reports.pseudonyms import Pseudonyms, alone
from ctforensics.trail.columns import COLUMN_NAMES

# Kinds of value that each profile replaces.
PROFILES: dict[str, frozenset[str]] = {
    "all": frozenset({"account", "key", "address", "name", "resource", "file", "case"}),
    "people": frozenset({"key", "address", "name"}),
}
# Kind and the statement that lists its values.
_LISTS: tuple[tuple[str, str], ...] = (
    (
        "account",
        "SELECT recipient_account_id FROM events UNION SELECT actor_account_id FROM events UNION SELECT account FROM files",
    ),
    (
        "key",
        "SELECT access_key_id FROM events UNION SELECT issued_access_key_id FROM events UNION SELECT principal_id FROM events",
    ),
    ("address", "SELECT source_ip_address FROM events WHERE is_address(source_kind)"),
    (
        "name",
        """SELECT user_name FROM events UNION SELECT role_session_name FROM events UNION SELECT source_identity FROM events
      UNION SELECT actor FROM events UNION SELECT principal_arn FROM events UNION SELECT session_issuer_arn FROM events
      UNION SELECT requested_role_arn FROM events UNION SELECT target FROM events WHERE event_source = 'iam.amazonaws.com'""",
    ),
    (
        "resource",
        """SELECT bucket_name FROM events UNION SELECT object_key FROM events UNION SELECT vpc_endpoint_id FROM events
      UNION SELECT target FROM events WHERE event_source <> 'iam.amazonaws.com' UNION SELECT trail FROM coverage
      UNION SELECT trail FROM verifications UNION SELECT bucket FROM files""",
    ),
    (
        "file",
        "SELECT object_key FROM files UNION SELECT path FROM files UNION SELECT object FROM verifications UNION SELECT root FROM files",
    ),
)
# What the records themselves say in their JSON: every text, but for what tells of no one (states, actions, dates, algorithms).
_DOCUMENTS = " UNION ".join(
    f"SELECT {column} FROM events"
    for column in (
        "request_parameters",
        "response_elements",
        "additional_event_data",
        "user_identity",
        "resources",
        "service_event_details",
    )
)
_HARMLESS = (
    r"(?i)(types?|status|states?|versions?|effect|actions?|protocol|algorithm|spec|suite|method|metrics|granularity|date|time"
    r'|expiration|result|requestid|x-amz-id-2|consolelogin|mfaused)"?(\[[0-9]+\])*$'
)
_OF_PEOPLE = r"(?i)(user|email|session|identity|principal|subject|owner)"
_TEXTS = f"""SELECT DISTINCT atom ->> '$' AS said FROM ({_DOCUMENTS}) AS docs(doc), json_tree(doc)
WHERE type = 'VARCHAR' AND NOT regexp_matches(fullkey, '{_HARMLESS}') AND length(atom ->> '$') BETWEEN 3 AND 1024
  AND regexp_matches(fullkey, '{_OF_PEOPLE}') = """
_ARNS = f"SELECT DISTINCT unnest(regexp_extract_all(doc::VARCHAR, 'arn:aws[^\"\\\\\\s,;)}}\\]]+')) FROM ({_DOCUMENTS}) AS docs(doc)"
_LISTS += (("name", f"{_TEXTS} true"), ("resource", f"{_TEXTS} false"), ("resource", _ARNS))
_COMMON = {
    "root",
    "user",
    "role",
    "admin",
    "default",
    "unknown",
    "none",
    "null",
    "true",
    "false",
    "bucket",
    "group",
    "policy",
    "events",
}
_COMMON |= {
    "evidence",
    "mirror",
    "archive",
    "files",
    "main",
    "test",
    "management",
    "data",
    "trail",
    "hidden_due_to_security_reasons",
    "instance",
    "assumed-role",
    "aws",
}
_PUBLIC = (
    "arn:aws:iam::aws:",
    "arn:aws-cn:iam::aws:",
    "arn:aws-us-gov:iam::aws:",
)  # what AWS itself made, the same for everybody
_DATED = re.compile(r"[A-Z][a-z]{2} \d{1,2}, \d{4}.*|[\d:TZ.,+ -]+")
_UUID_OR_HASH = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}", re.IGNORECASE)
_KEEP = r"(?P<keep>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{64}\b)"
_PATTERNS = (
    ("key", r"\b(?:A3T[A-Z0-9]|ABIA|ACCA|AGPA|AIDA|AIPA|AKIA|ANPA|ANVA|APKA|AROA|ASCA|ASIA)[A-Z0-9]{12,124}\b"),
    ("account", r"(?<![0-9A-Za-z])\d{12}(?!\d)"),
    ("address", r"(?<![0-9.])(?:\d{1,3}\.){3}\d{1,3}(?![0-9.])"),
    ("address", r"\b(?:ip|ec2)(?:-\d{1,3}){4}(?![0-9])"),
    ("name", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"),
    ("resource", r"arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:(?:\d{12})?:(?<!:iam::aws:)[^\s\"'\\,;()\[\]{}<>]+"),
    ("address", r"(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![0-9A-Za-z:])"),
)
_ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?")
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_PERCENT = re.compile(r"[^\s\"'<>]*%[0-9A-Fa-f]{2}[^\s\"'<>]*")


def values(room: Room, folder: CaseFolder, kinds: Iterable[str]) -> dict[str, str]:
    """Every value of these kinds that the case's tables name, with its kind; parts of ARNs and paths as well."""
    wanted = set(kinds)
    columns = {name.replace("_", joint) for name in COLUMN_NAMES for joint in ("_", "")}
    stop = _COMMON | columns | _vocabulary(room) | own_words()
    found: dict[str, str] = {}
    for kind, statement in _LISTS:
        if kind in wanted:
            for (value,) in room.sql(statement, {})[2]:
                for part in _parts(str(value or "")):
                    if _tells(part, stop):
                        found.setdefault(part, kind)
    if "case" in wanted:
        manifest = folder.manifest()
        found |= {
            text: "case" for text in (manifest.title, manifest.matter) if len(text) > 3 and text.lower() not in stop
        }
    return found


def _tells(part: str, stop: set[str]) -> bool:
    """Whether a text can tell of somebody or something of this case."""
    if len(part) < 3 or part.lower() in stop or part.endswith(".amazonaws.com"):
        return False
    return len(part) == 12 if part.isdigit() else not _DATED.fullmatch(part) or bool(_ADDRESS.fullmatch(part))


def _vocabulary(room: Room) -> set[str]:
    """Words that the report needs: events, services, regions, outcomes."""
    statement = "SELECT event_name FROM events UNION SELECT event_source FROM events UNION SELECT aws_region FROM events UNION SELECT split_part(event_source, '.', 1) FROM events"
    return {str(value).lower() for (value,) in room.sql(statement, {})[2] if value}


@functools.cache
def own_words() -> frozenset[str]:
    """The words in which reports and questions are themselves written; a name that is one of them could not be hidden."""
    sources = [p.read_text("utf-8") for p in sorted(Path(__file__).parent.glob("*_pages.py"))]
    sources += [p.read_text("utf-8") for p in sorted(Path(__file__).parent.glob("[aci]*.py"))]
    sources += [cell for p in catalog.folders()[0].glob("*.ipynb") for cell in [p.read_text("utf-8")]]
    sources += [f"{q.title} {q.question} {q.empty}" for q in Catalog.of_case()]
    return frozenset(word for text in sources for word in re.findall(r"[a-z]{3,}", text.lower()))


def _parts(value: str) -> Iterable[str]:
    """A value, and of an ARN or a path the names in it."""
    if value.startswith(_PUBLIC):
        return
    if value[:1] in "{[":  # a document in a document: the names in it are found one by one
        return
    yield value
    if re.search(r"\s", value):
        return
    if value.startswith("arn:"):
        value = value.split(":", 5)[-1]
    pieces = re.split(r"[/:]", value)
    if len(pieces) > 1:
        yield from (p for p in pieces if not p.isdigit() or len(p) == 12)


class Redactor:
    """Replaces values in the outputs of a notebook. One pass over each text, longest value first."""

    def __init__(self, pseudonyms: Pseudonyms, known: dict[str, str], kinds: frozenset[str], text: str) -> None:
        self.pseudonyms, self.kinds, self.known = pseudonyms, kinds, known
        present = sorted(_present(known, text.lower()), key=lambda v: (-len(v), v))
        # A resource may be named by what looks like an event id or a hash: the names go first.
        alike = "|".join(_bounded(v) for v in present if _UUID_OR_HASH.fullmatch(v)) or r"(?!)"
        literals = "|".join(_bounded(v) for v in present) or r"(?!)"
        patterns = "|".join(f"(?P<p{n}>{p})" for n, (kind, p) in enumerate(_PATTERNS) if kind in kinds)
        self.search = re.compile(
            "|".join(p for p in (f"(?P<alike>{alike})", _KEEP, f"(?P<known>{literals})", patterns) if p), re.IGNORECASE
        )
        self.lowered = {v.lower(): v for v in sorted(known, reverse=True)}

    def json(self, value: Any) -> Any:
        """A JSON value with every text in it redacted, names of members excepted; an account id may stand there as a number."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int) and not isinstance(value, bool) and str(value) in self.known:
            return self.text(str(value))
        if isinstance(value, dict):
            return {name: self.json(part) for name, part in value.items()}
        return [self.json(part) for part in value] if isinstance(value, list) else value

    def text(self, text: str) -> str:
        """A text redacted; base64 and URL-encoded runs are looked into."""
        text = _ENCODED.sub(lambda m: self._encoded(m[0]), text)
        text = self.search.sub(self._replaced, text)
        return _PERCENT.sub(lambda m: self._quoted(m[0]), text)

    def _encoded(self, run: str) -> str:
        plain = _decoded(run)
        return "[encoded text removed]" if plain and self.search.sub(self._replaced, plain) != plain else run

    def _quoted(self, run: str) -> str:
        once = urllib.parse.unquote(run)
        plain = urllib.parse.unquote(once)
        return urllib.parse.quote(self.text(plain), safe="/:@") if self.text(plain) != plain else run

    def _replaced(self, match: re.Match[str]) -> str:
        found = match[0]
        if match.lastgroup == "keep":
            return found
        if match.lastgroup in ("known", "alike"):
            value = self.lowered.get(found.lower(), found)
            return self.pseudonyms.of(self.known.get(value, "name"), value)
        kind = _PATTERNS[int(str(match.lastgroup)[1:])][0]
        if kind == "address" and not _is_address(found):
            return found
        return self.pseudonyms.of(kind, found)


def _present(known: Iterable[str], text: str) -> Iterable[str]:
    """The values that occur in the text. A case may name millions: most are ruled out by the four letters at their ends."""
    fours = {text[i : i + 4] for i in range(max(len(text) - 3, 0))}
    for value in known:
        low = value.lower()
        middle = len(low) // 2
        near = len(low) < 4 or (low[:4] in fours and low[-4:] in fours and low[middle - 2 : middle + 2] in fours)
        if near and low in text:
            yield value


def _bounded(value: str) -> str:
    """A literal; a short one only where it stands as a word of its own."""
    literal = re.escape(value)
    return literal if len(value) > 5 and not value.isdigit() else rf"(?<![A-Za-z0-9]){literal}(?![A-Za-z0-9])"


def _decoded(run: str) -> str | None:
    body = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return not re.fullmatch(r"\d{1,2}:\d{2}:\d{2}", text)


def redacted(notebook: Any, room: Room, folder: CaseFolder, profile: str) -> Any:
    """An executed notebook with its outputs and words redacted and its values taken out of its cells. Raises UnknownName."""
    if profile not in PROFILES:
        raise UnknownName("redaction profile", profile, PROFILES)
    kinds = PROFILES[profile]
    said = [[cell.get("outputs", []), cell["source"]] for cell in notebook["cells"]]
    known = values(room, folder, kinds)
    with alone(folder):
        pseudonyms = Pseudonyms(folder)
        # As plain text, not as JSON: an escaped quote or letter would hide a value from the search.
        redactor = Redactor(pseudonyms, known, kinds, "\n".join(_texts(said)))
        for cell in notebook["cells"]:
            _redact(cell, redactor)
        pseudonyms.save()
    return notebook


def _redact(cell: Any, redactor: Redactor) -> None:
    if cell["cell_type"] == "code":
        cell["outputs"] = redactor.json([_without_pictures(output) for output in cell["outputs"]])
    cell["source"] = redactor.json(cell["source"])
    if "injected-parameters" in cell.get("metadata", {}).get("tags", []):
        cell["source"] = "# The values of a redacted report are not handed over."
    _mark(cell)


def _without_pictures(output: dict[str, Any]) -> dict[str, Any]:
    """An output without finished pictures and pages, into which nobody can look; our charts are drawn anew from redacted data."""
    data = output.get("data")
    if not isinstance(data, dict):
        return output
    kept = {
        mime: part
        for mime, part in data.items()
        if not mime.startswith(("image/", "text/html", "application/javascript"))
    }
    return {**output, "data": kept}


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
        if "%" in value:
            yield urllib.parse.unquote(urllib.parse.unquote(value))
        yield from (plain for m in _ENCODED.finditer(value) if (plain := _decoded(m[0])))
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _mark(cell: dict[str, Any]) -> None:
    """Puts REDACTED among the marks of the title."""
    for output in cell.get("outputs", []):
        title = output.get("data", {}).get("application/vnd.ctforensics.section+json", {})
        if title.get("kind") == "title":
            title["marks"] = ["REDACTED", *title["marks"]]
