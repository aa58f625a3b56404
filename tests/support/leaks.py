"""An attacker's search through a redacted report: every name of the case, in every spelling, in every layer of every format."""

from __future__ import annotations

import base64
import html
import io
import ipaddress
import json
import re
import subprocess
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

# Everything that names somebody, something or some place of the victim's, from columns and from inside the records.
VALUES = """SELECT recipient_account_id FROM events UNION SELECT actor_account_id FROM events UNION SELECT access_key_id FROM events
UNION SELECT issued_access_key_id FROM events UNION SELECT source_ip_address FROM events WHERE source_kind LIKE '%_ip'
UNION SELECT user_name FROM events UNION SELECT role_session_name FROM events UNION SELECT principal_arn FROM events
UNION SELECT actor FROM events UNION SELECT session_issuer_arn FROM events UNION SELECT requested_role_arn FROM events
UNION SELECT bucket_name FROM events UNION SELECT object_key FROM events UNION SELECT principal_id FROM events
UNION SELECT target FROM events UNION SELECT vpc_endpoint_id FROM events UNION SELECT object_key FROM files
UNION SELECT bucket FROM files UNION SELECT path FROM files"""
_RECORDS = """SELECT request_parameters::VARCHAR FROM events UNION SELECT response_elements::VARCHAR FROM events
UNION SELECT user_identity::VARCHAR FROM events UNION SELECT resources::VARCHAR FROM events UNION SELECT error_message FROM events"""
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:\d*:[^\s\"'\\,;]+")
_KEY = re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA|AGPA|AIPA|ANPA|ANVA|APKA|ASCA|ABIA|ACCA)[A-Z0-9]{12,}")
_ACCOUNT = re.compile(r"(?<![0-9A-Za-z-])\d{12}(?![0-9A-Za-z-])")
_NAMES = re.compile(
    r"(?i)(name|key|bucket|email|host|path|prefix|cidrip|description|instanceid|groupid|imageid|secretid|keyid|arn)$"
)


# Members of records whose texts tell of nobody: states, clocks, versions, ids of events and requests, what a client calls itself.
_NOBODY = re.compile(
    r"(?i)(type|types|status|state|states|version|versionid|effect|action|actions|protocol|algorithm|spec|suite|method|format|metrics|class"
    r"|granularity|date|time|expiration|result|requestid|eventid|sharedeventid|x-amz-id-2|consolelogin|mfaused|mfaauthenticated|userAgent"
    r"|eventname|eventsource|eventcategory|awsregion|region|errorcode|errormessage|username_masked|engine|level|encryption|severity|sid)$"
)
_PUBLIC = re.compile(
    r"(?i)arn:aws[a-z-]*:iam::aws:.*|[a-z0-9.-]+\.amazonaws\.com|[a-z]{2}(-[a-z]+)+-\d[a-z]?|[\d:TZ.,+ -]{1,30}|[A-Z][a-z]{2} \d{1,2}, \d{4}.*"
    r"|(true|false|aws internal|\*|[a-z0-9]+\.(nano|micro|small|medium|\d*x?large))"
)


def said_in(case: Any) -> set[str]:
    """Every text in the original records but for members and values that tell of nobody: what a person would look over."""
    found: set[str] = set()
    for record in case.records():
        for member, value in _texts_in(record):
            if 3 < len(value) < 400 and not _NOBODY.search(member) and not _PUBLIC.fullmatch(value):
                found.add(value)
    return found


def _texts_in(document: Any) -> Iterator[tuple[str, str]]:
    """Every text of a JSON document with the member that holds it, or the list that it stands in."""
    open_parts: list[tuple[str, Any]] = [("", document)]
    while open_parts:
        member, value = open_parts.pop()
        if isinstance(value, dict):
            open_parts += value.items()
        elif isinstance(value, list):
            open_parts += [(member, part) for part in value]
        elif isinstance(value, str):
            yield member, value


def secrets_of(case: Any) -> set[str]:
    """What must not be found: columns, ARNs inside records and the names in them, keys, accounts, the case's own words."""
    found = {str(value) for (value,) in case.room.sql(VALUES, {})[2] if value}
    for (text,) in case.room.sql(_RECORDS, {})[2]:
        found |= set(_ARN.findall(str(text or ""))) | set(_KEY.findall(str(text or "")))
        found |= set(_named_in(str(text or "")))
    found = {value for value in found if not value.startswith("arn:aws:iam::aws:")}  # AWS's own, the same for everybody
    for arn in [value for value in found if value.startswith("arn:")]:
        found |= {part for part in re.split(r"[:/]", arn.split(":", 5)[-1]) if part}
    manifest = case.folder.manifest()
    plain = {
        region
        for (region,) in case.room.sql("SELECT aws_region FROM events UNION SELECT event_name FROM events", {})[2]
    }
    named = {
        v
        for v in found | {manifest.title}
        if (len(v) > 3 and not v.endswith(".amazonaws.com") and not v.isdigit()) or len(v) == 12
    }
    return named - plain


def _named_in(text: str) -> Iterator[str]:
    """Texts of a record's JSON under members that name somebody or something."""
    try:
        document = json.loads(text)
    except ValueError:
        return
    for member, value in _texts_in(document):
        if _NAMES.search(member) and 5 < len(value) < 300:
            yield value


def spellings(value: str) -> Iterator[str]:
    """A value as it might be hidden: URL-encoded once and twice in both cases, as JSON and HTML, hex, base64 at each alignment."""
    yield value
    yield from _numbers_of(value)
    for safe in ("", "/", "/:"):
        once = urllib.parse.quote(value, safe=safe)
        twice = urllib.parse.quote(once, safe="")
        yield from (once, twice, _lower_escapes(once), _lower_escapes(twice), urllib.parse.quote_plus(value, safe=safe))
    yield json.dumps(value)[1:-1]
    yield html.escape(value)
    yield value.encode().hex()
    for lead in range(3):
        for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
            whole = alphabet(b"\0" * lead + value.encode()).decode().rstrip("=")
            # The first characters mix with what stands before, the last with what follows; very short ones are met by chance.
            own = whole[(lead * 8 + 5) // 6 : (lead + len(value.encode())) * 8 // 6]
            yield own if len(own) > 6 else ""


def _numbers_of(value: str) -> Iterator[str]:
    """An account id in groups, an address as other programs write it."""
    if re.fullmatch(r"\d{12}", value):
        yield from ("-".join((value[:4], value[4:8], value[8:])), f"{int(value):,}", f"{int(value)}.0")
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return
    yield from (address.exploded, address.compressed, address.reverse_pointer)
    if address.version == 4:
        yield from (value.replace(".", "-"), f"::ffff:{value}")
        yield ipaddress.IPv6Address(f"::ffff:{value}").compressed


def _lower_escapes(text: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda m: m[0].lower(), text)


def searched_for(secrets: Iterable[str]) -> dict[str, str]:
    """Every spelling in small letters with the value that it spells."""
    return {spelling.lower(): value for value in secrets for spelling in spellings(value) if spelling}


def found_in(layers: Iterable[str], wanted: dict[str, str]) -> set[str]:
    """The values that any layer holds in any spelling (of ``searched_for``), whatever the case of letters."""
    text = "\n".join(dict.fromkeys(layers)).lower()
    grams = {text[i : i + 4] for i in range(len(text) - 3)}  # rules most spellings out without reading the text again
    return {value for spelling, value in wanted.items() if _holds(text, grams, spelling)}


def _holds(text: str, grams: set[str], spelling: str) -> bool:
    parts = (spelling[:4], spelling[-4:], spelling[len(spelling) // 2 :][:4], spelling[len(spelling) // 3 :][:4])
    return all(part in grams for part in parts if len(part) == 4) and spelling in text


def account_of(key_id: str) -> str:
    """The account that an access key id encodes (ids of the present form, behind their four-letter prefix)."""
    decoded = base64.b32decode(key_id[4:][:12] + "====", casefold=False)
    return f"{(int.from_bytes(decoded[:6], 'big') & 0x7FFFFFFFFF80) >> 7:012d}"


def layers(path: Path) -> list[str]:
    """Everything that a file says: its bytes as text, and what is packed, escaped or set apart inside it."""
    data = path.read_bytes()
    made = [path.name, data.decode("latin-1")]
    if path.suffix == ".pdf":
        return [*made, *_of_pdf(path, data)]
    if path.suffix == ".docx":
        with zipfile.ZipFile(io.BytesIO(data)) as held:
            made = [path.name, *held.namelist(), *(held.read(name).decode("latin-1") for name in held.namelist())]
            texts = [re.sub(r"<[^>]+>", "", part) for part in made]
        return [*made, *texts, *(html.unescape(part) for part in texts), *unpacked("\n".join(texts))]
    text = data.decode("utf-8")
    if path.suffix == ".html":
        told = text.rsplit("<script>", 1)[0]  # behind it stands the drawing library alone
        bare = re.sub(r"<wbr>|<[^>]+>", "", told)
        scripts = re.findall(r'(?s)<script type="application/json"[^>]*>(.*?)</script>', told)
        drawn = [part for script in scripts for part in _strings(json.loads(script))]
        told_all = [told, html.unescape(told), html.unescape(bare), *drawn]
        return [path.name, *told_all, re.sub(r"\s+", "", html.unescape(bare)), *unpacked("\n".join(told_all))]
    if path.suffix == ".ipynb":
        parts = list(_strings(json.loads(text)))
        return [path.name, text, *parts, *unpacked("\n".join(parts))]
    plain = re.sub(r"\\(.)", r"\1", html.unescape(text))
    return [path.name, text, html.unescape(text), plain, *unpacked(plain)]


def unpacked(text: str, depth: int = 2) -> list[str]:
    """What runs of base64, hex and percent signs say when they are decoded, and what that says decoded again."""
    made = [urllib.parse.unquote_plus(run) for run in re.findall(r"\S*%[0-9A-Fa-f]{2}\S*", text)]
    made += [bytes.fromhex(run).decode("latin-1") for run in re.findall(r"(?:[0-9A-Fa-f]{2}){8,}", text)]
    for run in re.findall(r"[A-Za-z0-9+/_-]{12,}", text):
        for lead in range(4):
            body = run[lead:].replace("-", "+").replace("_", "/")
            made.append(base64.b64decode(body[: len(body) // 4 * 4]).decode("latin-1"))
    made = list(dict.fromkeys(made))
    made += [part.replace("\0", "") for part in made if "\0" in part]
    return made + (unpacked("\n".join(made), depth - 1) if depth > 1 and made else [])


def _of_pdf(path: Path, data: bytes) -> list[str]:
    asked = (["pdftotext", str(path), "-"], ["pdftotext", "-layout", str(path), "-"], ["pdfinfo", "-meta", str(path)])
    asked += (["pdfinfo", str(path)], ["pdfinfo", "-struct-text", str(path)], ["pdfinfo", "-url", str(path)])
    told = [subprocess.run(a, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout for a in asked]
    streams = []
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        try:
            plain = zlib.decompress(match[1].rstrip(b"\r\n"))
        except zlib.error:
            continue  # a picture packed otherwise
        streams += [] if b"\0\0" in plain[:64] else [plain.decode("latin-1")]  # fonts are no text
    hexed = [
        bytes.fromhex(h).decode("utf-16-be", "ignore")
        for h in re.findall(r"<FEFF((?:[0-9A-F]{4})+)>", "".join(streams))
    ]
    bare = [re.sub(r"-?\s+", "", text) for text in told]
    return [*told, *streams, *hexed, *bare, *(re.sub(r"\s+", "", text) for text in told), *unpacked("\n".join(told))]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
