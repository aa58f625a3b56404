"""What a case names: the values that a redacted report must not show, out of its tables, its inputs, its notes and its custody."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ctforensics.ask.catalog import Catalog
from ctforensics.ask.room import Room
from ctforensics.case import journal
from ctforensics.case.folder import CaseFolder
from ctforensics.notes.book import NoteBook
from ctforensics.reports import catalog
from ctforensics.reports.custody_pages import place
from ctforensics.trail.columns import COLUMN_NAMES, EVENT_COLUMNS

# Kind, table, and the columns that list its values; a case that was loaded long ago may not have every table.
_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("account", "events", "recipient_account_id actor_account_id vpc_endpoint_account_id"),
    ("account", "files", "account organization"),
    ("account", "coverage", "account"),
    ("account", "aggregated_activity", "account_id"),
    ("account", "owned_accounts", "account"),
    ("account", "vendors", "account"),
    ("key", "events", "access_key_id issued_access_key_id principal_id"),
    ("key", "poorer_copies", "access_key_id"),
    ("key", "people", "user_id"),
    ("address", "(FROM events WHERE is_address(source_kind))", "source_ip_address"),
    ("address", "networks", "cidr"),
    ("address", "indicators", "value"),
    (
        "name",
        "events",
        "user_name role_session_name source_identity actor principal_arn session_issuer_arn requested_role_arn",
    ),
    ("name", "(FROM events WHERE event_source = 'iam.amazonaws.com')", "target"),
    ("name", "people", "user_name"),
    ("name", "labels", "value"),
    ("name", "owned_accounts", "name"),
    ("name", "vendors", "name"),
    ("name", "networks", "name"),
    ("resource", "events", "bucket_name object_key vpc_endpoint_id target"),
    ("resource", "files", "bucket"),
    ("resource", "coverage", "trail"),
    ("resource", "verifications", "trail"),
    ("resource", "trail_changes", "trail"),
    ("resource", "aggregated_activity", "name"),
    ("file", "files", "object_key path root"),
    ("file", "verifications", "object"),
)
# What the records themselves say in their JSON: every text, but for what tells of no one (states, actions, dates, algorithms).
_DOCUMENTS = " UNION ".join(f"SELECT {c.name} FROM events" for c in EVENT_COLUMNS if c.type == "JSON")
_HARMLESS = (
    r"(?i)(types?|status|states?|versions?|effect|actions?|protocol|algorithm|spec|suite|method|metrics|granularity|date|time"
    r'|expiration|result|requestid|x-amz-id-2|consolelogin|mfaused|eventid|eventname|eventsource|eventcategory|useragent)"?(\[[0-9]+\])*$'
)
_OF_PEOPLE = r"(?i)(user|email|session|identity|principal|subject|owner)"
_TEXTS = f"""SELECT DISTINCT atom ->> '$' AS said FROM ({_DOCUMENTS}) AS docs(doc), json_tree(doc)
WHERE type = 'VARCHAR' AND NOT regexp_matches(fullkey, '{_HARMLESS}') AND length(atom ->> '$') <= 100000
  AND regexp_matches(fullkey, '{_OF_PEOPLE}') = """
_ARNS = f"SELECT DISTINCT unnest(regexp_extract_all(doc::VARCHAR, 'arn:aws[^\"\\\\\\s,;)}}\\]]+')) FROM ({_DOCUMENTS}) AS docs(doc)"
_TOLD = (("name", f"{_TEXTS} true"), ("resource", f"{_TEXTS} false"), ("resource", _ARNS))
# Words that AWS or this tool put in the place of a name, and outcomes: they are not hidden even where they stand alone.
_COMMON = frozenset(
    [
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
        "ok",
        "success",
        "denied",
        "failed",
        "fail",
        "error",
        "write",
        "read",
        "list",
        "verified",
        "unverified",
        "verified_empty",
        "missing",
        "tampered",
        "outside",
        "anomaly",
        "not_checked",
        "yes",
        "no",
        "enabled",
        "disabled",
        "active",
        "inactive",
        "readonly",
    ]
)
_PUBLIC = (
    "arn:aws:iam::aws:",
    "arn:aws-cn:iam::aws:",
    "arn:aws-us-gov:iam::aws:",
)  # what AWS itself made, the same for everybody
_OF_EVERYBODY = re.compile(
    r"(?i)root|aws|aws-service-role|service-role|AWSServiceRoleFor[a-z]+|[a-z0-9.-]+\.amazonaws\.com|(0\.0\.0\.0|::)(/0)?|127\.0\.0\.1|::1"
)
# The role of a permission set of Identity Center holds the name that the customer gave it.
_PERMISSION_SET = re.compile(r"AWSReservedSSO_(.+?)_[0-9a-f]{16}")
_DATED = re.compile(r"[A-Z][a-z]{2} \d{1,2}, \d{4}.*|[\d:TZ.,+ -]+")
_ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?")
_HASH = re.compile(r"[0-9a-f]{64}")
# What people typed into the case's manifest and its custody record.
_TYPED = ("title", "matter", "received_from", "received_how", "source", "why", "party", "how", "note", "given_as")


@dataclass(slots=True)
class Named:
    """``values``: what is replaced wherever it stands, with its kind. ``words``: names that are words of the report too, or shorter
    than three letters; they are replaced only where one stands alone as a value. ``vocabulary``: words that stay, in small letters;
    ``calls``: the names of AWS's own events among them, which stay whole though a value is like a part of one."""

    values: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    vocabulary: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)


def named(room: Room, folder: CaseFolder, kinds: Iterable[str]) -> Named:
    """Every value of these kinds that the case names; of ARNs and paths their parts as well."""
    wanted = set(kinds)
    columns = {name.replace("_", joint) for name in COLUMN_NAMES for joint in ("_", "")}
    found, said = Named(vocabulary=vocabulary(room), calls=_calls(room)), columns | own_words()
    for kind, value in _listed(room, folder, wanted):
        for part in _parts(value):
            low = part.lower()
            if not _tells(part) or low in _COMMON or low in found.vocabulary:
                continue
            (found.words if len(part) < 3 or low in said else found.values).setdefault(part, kind)
    return found


def _listed(room: Room, folder: CaseFolder, wanted: set[str]) -> Iterator[tuple[str, str]]:
    for kind, statement in (*_listing(room), *_TOLD):
        if kind in wanted:
            yield from ((kind, str(value)) for (value,) in room.sql(statement, {})[2] if value)
    if "case" in wanted:
        yield from (("case", text) for text in _typed(folder) if len(text) > 3)
        yield from (("line", text) for text in _lines(folder))
    for field_, value in NoteBook(folder.notes_file, author="").entity_labels():
        kind = {"access_key": "key", "address": "address", "account": "account"}.get(field_, "name")
        yield from [(kind, value)] if kind in wanted else []


def _listing(room: Room) -> Iterator[tuple[str, str]]:
    """Kind and statement of every column that names something, of the tables that are there."""
    there = {name for (name,) in room.sql("SELECT table_name FROM information_schema.tables", {})[2]}
    for kind, table, columns in _COLUMNS:
        if table in there or table.startswith("("):
            yield from ((kind, f"SELECT DISTINCT {column} FROM {table}") for column in columns.split())


def _typed(folder: CaseFolder) -> Iterator[str]:
    """Texts of the manifest and the custody record in which people name the client, the matter or whoever gave the evidence."""
    manifest = folder.manifest()
    yield from (manifest.title, manifest.matter)
    for root in manifest.evidence:
        yield from (root.label, place(root.received_from), root.received_how)
    for line in journal.read(folder.custody_file):
        yield from (place(line[name]) for name in _TYPED if isinstance(line.get(name), str))


def _lines(folder: CaseFolder) -> Iterator[str]:
    """Hashes in the custody record: a line says little that is secret, so that whoever guesses it could prove the guess by its hash."""
    for line in journal.read(folder.custody_file):
        for text in _texts(line):
            if _HASH.fullmatch(text):
                yield from (text, text[:16])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def of_everybody(part: str) -> bool:
    """Whether a name is the same in every account, or an address that of anybody or of nobody."""
    return bool(_OF_EVERYBODY.fullmatch(part))


def _tells(part: str) -> bool:
    """Whether a text can tell of somebody or something of this case."""
    if not re.search(r"\w", part) or of_everybody(part):
        return False
    return len(part) == 12 if part.isdigit() else not _DATED.fullmatch(part) or bool(_ADDRESS.fullmatch(part))


def vocabulary(room: Room) -> set[str]:
    """Words that the report needs: events, services, regions."""
    statement = "SELECT event_name FROM events UNION SELECT event_source FROM events UNION SELECT aws_region FROM events UNION SELECT split_part(event_source, '.', 1) FROM events"
    return {str(value).lower() for (value,) in room.sql(statement, {})[2] if value}


def _calls(room: Room) -> set[str]:
    """Names of events as AWS makes them. Whoever logs events of an own application names them as they like, perhaps after a customer."""
    statement = r"SELECT DISTINCT lower(event_name) FROM events WHERE event_source LIKE '%.amazonaws.com' AND regexp_full_match(event_name, '[A-Z][A-Za-z0-9]{2,63}')"
    return {str(name) for (name,) in room.sql(statement, {})[2]}


@functools.cache
def own_words() -> frozenset[str]:
    """The words in which reports and questions are themselves written: a name that is one of them cannot be hidden in a sentence."""
    sources = [p.read_text("utf-8") for p in sorted(Path(__file__).parent.glob("*_pages.py"))]
    sources += [p.read_text("utf-8") for p in sorted(Path(__file__).parent.glob("[aci]*.py"))]
    sources += [cell for p in catalog.folders()[0].glob("*.ipynb") for cell in [p.read_text("utf-8")]]
    sources += [f"{q.title} {q.question} {q.empty}" for q in Catalog.of_case()]
    return frozenset(word for text in sources for word in re.findall(r"[a-z]{3,}", text.lower()))


def _parts(value: str) -> Iterator[str]:
    """A value, and of an ARN or a path the names in it."""
    if value.startswith(_PUBLIC) or value[:1] in "{[":  # a document in a document: the names in it are found one by one
        return
    yield value
    if value.startswith("arn:"):
        value = value.split(":", 5)[-1]
    elif re.search(r"\s", value):
        return
    pieces = re.split(r"[/:]", value)
    if len(pieces) > 1:
        yield from (p for p in pieces if len(p) > 2 and (not p.isdigit() or len(p) == 12))
    yield from _PERMISSION_SET.findall(value)
