"""Envelopes around one CloudTrail record: which it is by its members, and the record inside, as bytes.

Sources: AWS CloudTrail user guide (LookupEvents), Amazon EventBridge events reference, CloudWatch Logs subscription filters,
and the exports of Splunk and Elastic.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, NamedTuple

from ctforensics.errors import EvidenceError
from ctforensics.evidence import door
from ctforensics.trail import fast

MAX_LAYERS = 6
MOST_PACKED = (
    64  # times the bytes of a file is what all packed texts in it may hold together; CloudTrail shrinks 5 to 60 times
)
# Members under which an envelope carries a list of further envelopes or records.
_LISTS = ("Records", "records", "Events", "logEvents", "events", "hits", "results", "Logs")
_KNOWN_LISTS = frozenset(
    {"logEvents", "hits", "results", "result", "CloudTrailEvent", "detail", "_source", "_raw", "message", "Message"}
)
_HINTS = frozenset({"eventVersion", "eventName", "eventSource", "eventTime", "eventID", "userIdentity", "eventType"})


# Members that hold a record as text, and who writes so.
_TEXTS = (
    ("_raw", "splunk"),
    ("message", "message"),
    ("@message", "cloudwatch"),
    ("Message", "sns"),
    ("body", "sqs"),
    ("Body", "sqs"),
)


class Purse:
    """How many bytes the packed texts of one file may still give together: a short text may be a bomb, and a file hold thousands."""

    def __init__(self, size: int) -> None:
        self.left = max(door.USUAL.small, MOST_PACKED * size)

    def spend(self, size: int) -> None:
        """Takes bytes out. Raises ValueError where it is empty."""
        self.left -= size
        if self.left < 0:
            raise ValueError("the packed texts of this file hold more than is opened")


class Inner(NamedTuple):
    """What was inside: the name of the form, and the value (bytes of JSON text, or a parsed object that was a member)."""

    form: str
    value: Any


def is_record(value: Any) -> bool:
    """Whether an object has the marks of a CloudTrail record (an Insights or aggregated one included).

    A flattened row (``userIdentity.arn`` as the name of a member, and no ``userIdentity``) repeats one and is none.
    """
    if not isinstance(value, dict) or sum(map(value.__contains__, _HINTS)) < 2:
        return False
    if not isinstance(value.get("userIdentity"), dict) and any(name.startswith("userIdentity.") for name in value):
        return False
    return not str(value.get("eventSource", "")).startswith("aws:")


def is_control(value: Any) -> bool:
    """Whether an object is CloudWatch Logs asking whether a destination can be reached: it carries no record."""
    return isinstance(value, dict) and value.get("messageType") == "CONTROL_MESSAGE"


def look_alike(value: Any) -> str | None:
    """The name of what only looks like CloudTrail (notifications of S3, Kinesis, DynamoDB), or of a digest."""
    if not isinstance(value, dict):
        return None
    source = value.get("eventSource") or value.get("EventSource")
    if isinstance(source, str) and source.startswith("aws:"):
        return f"{source.split(':', 1)[1]}_notification"
    if "digestS3Bucket" in value or ("logFiles" in value and "digestStartTime" in value):
        return "digest"
    if "s3Bucket" in value and "s3ObjectKey" in value:
        return "delivery_notification"
    return None


def open_one(value: Any, purse: Purse | None = None) -> Iterator[Inner]:
    """What one layer of envelope holds; nothing where the object is no envelope that we know."""
    if not isinstance(value, dict):
        return
    if isinstance(value.get("CloudTrailEvent"), str):
        yield Inner("lookup_events", value["CloudTrailEvent"].encode("utf-8", "surrogatepass"))
    elif isinstance(value.get("CloudTrailEvent"), dict):
        yield Inner("lookup_events", value["CloudTrailEvent"])
    elif isinstance(value.get("detail"), dict) and ("detail-type" in value or "source" in value):
        yield Inner("eventbridge", value["detail"])
    elif isinstance(value.get("logEvents"), list):
        yield from (Inner("cloudwatch", entry) for entry in value["logEvents"])
    elif isinstance(value.get("_source"), dict):
        yield Inner("elastic", value["_source"])
    elif isinstance(value.get("hits"), dict) and isinstance(value["hits"].get("hits"), list):
        yield from (Inner("elastic", hit) for hit in value["hits"]["hits"])
    elif isinstance(value.get("result"), dict):
        yield Inner("splunk", value["result"])
    elif isinstance(value.get("results"), list):
        yield from (_result(entry) for entry in value["results"])
    else:
        opened = list(_text_member(value, purse))
        yield from opened
        if not opened:
            yield from _wrapped(value)


def _result(entry: Any) -> Inner:
    """A row of Splunk, or one of CloudWatch Logs Insights: a list of ``{"field": ..., "value": ...}``."""
    if isinstance(entry, list):
        cells = {str(c.get("field")): c.get("value") for c in entry if isinstance(c, dict)}
        return Inner("cloudwatch", cells)
    return Inner("splunk", entry)


def _text_member(value: dict[str, Any], purse: Purse | None) -> Iterator[Inner]:
    if isinstance(value.get("rawData"), str) and "attemptsMade" in value:
        yield Inner("firehose_error", _decoded(value["rawData"], purse))
        return
    if isinstance(value.get("QueryResultRows"), list):
        cells = (cell for row in value["QueryResultRows"] if isinstance(row, list) for cell in row)
        texts = (
            t for cell in cells if isinstance(cell, dict) for name, t in cell.items() if name.lower() == "eventjson"
        )
        yield from (Inner("lake_event_json", t.encode("utf-8", "surrogatepass")) for t in texts if isinstance(t, str))
        return
    carried = value.get("awslogs")
    if isinstance(carried, dict) and isinstance(carried.get("data"), str):
        yield Inner("cloudwatch", _decoded(carried["data"], purse))
        return
    for name, form in _TEXTS:
        inner = value.get(name)
        if isinstance(inner, str) and inner.lstrip()[:1] in ("{", "["):
            yield Inner(form, inner.encode("utf-8", "surrogatepass"))
            return
        if isinstance(inner, dict):
            yield Inner(form, inner)
            return
    event = value.get("event")
    original = event.get("original") if isinstance(event, dict) else value.get("event.original")
    if isinstance(original, str) and original.lstrip()[:1] == "{":
        yield Inner("elastic", original.encode("utf-8", "surrogatepass"))


def _decoded(text: str, purse: Purse | None) -> bytes:
    """What base 64 hides, inflated where it is gzip. Raises ValueError where it is neither, or the purse is empty."""
    if purse:
        purse.spend(len(text))
    data = base64.b64decode(text, validate=True)
    try:
        content = door.inflate(data).content
        if purse:
            purse.spend(len(content))
        return content
    except EvidenceError as error:
        raise ValueError(error.message) from error


def _wrapped(value: dict[str, Any]) -> Iterator[Inner]:
    """What an envelope that we do not know may hold: objects, lists of objects, and text that names a record's version."""
    for inner in value.values():
        if isinstance(inner, dict) or (isinstance(inner, list) and any(isinstance(entry, dict) for entry in inner)):
            yield Inner("wrapped", inner)
        elif isinstance(inner, str) and inner.lstrip()[:1] == "{" and "eventVersion" in inner:
            yield Inner("wrapped", inner.encode("utf-8", "surrogatepass"))


def records_in(
    parsed: fast.Parsed, form: str, layers: int = 0, purse: Purse | None = None
) -> Iterator[tuple[str, fast.Parsed]]:
    """Every record that a value holds, itself or inside envelopes, each with the name of the innermost form.

    Yields nothing for an object that is neither. Raises ValueError where an envelope holds text that is no JSON, or goes too deep.
    """
    value = parsed.record
    if is_record(value) and (form != "wrapped" or len(_HINTS & value.keys()) > 2 or "eventVersion" in value):
        yield form, parsed
        return
    if layers >= MAX_LAYERS:
        if form == "wrapped":
            return
        raise ValueError("envelopes nested too deep")
    if isinstance(value, list):
        for entry in value:
            yield from records_in(_again(parsed, entry), form, layers + 1, purse)
        return
    if not isinstance(value, dict):
        return
    inner_list = next((value[n] for n in _LISTS if isinstance(value.get(n), list)), None)
    if inner_list is not None and not _KNOWN_LISTS & value.keys():
        opened = [Inner(form, entry) for entry in inner_list]
    else:
        opened = list(open_one(value, purse))
    for inner in opened:
        if form == "wrapped" and isinstance(inner.value, bytes) and b"eventVersion" not in inner.value:
            continue  # some text inside something that we do not know: it need not be JSON
        yield from records_in(_again(parsed, inner.value), inner.form, layers + 1, purse)


def _again(outer: fast.Parsed, value: Any) -> fast.Parsed:
    return fast.parse(value) if isinstance(value, bytes) else outer.inner(value)
