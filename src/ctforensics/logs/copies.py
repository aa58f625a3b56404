"""Poorer copies of CloudTrail records: rows of exports, mapped back to the names of the record.

Sources: CloudTrail user guide (event history download, Lake schema, Athena table), OCSF CloudTrail mappings 1.0 and 1.1, the
Elastic aws.cloudtrail package, Microsoft Sentinel's AWSCloudTrail table. A copy is testimony at second hand: what cannot be mapped
stays under the name that the export gave it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ctforensics.trail.columns import TESTIMONY
from ctforensics.trail.identity import instant

# Names as exports write them, without case and punctuation, and the member of the record that they repeat.
_NAMES: dict[str, str] = {
    **{field.lower(): field for field in TESTIMONY},
    "username": "userIdentity.userName",
    "awsaccesskey": "userIdentity.accessKeyId",
    "accesskeyid": "userIdentity.accessKeyId",
    "awseventid": "eventID",
    "awsrequestid": "requestID",
    "eventtypename": "eventType",
    "recipientaccountid": "recipientAccountId",
    "timegenerated": "eventTime",
    "timegeneratedutc": "eventTime",
    "tlsversion": "tlsDetails.tlsVersion",
    "ciphersuite": "tlsDetails.cipherSuite",
    "clientprovidedhostheader": "tlsDetails.clientProvidedHostHeader",
    "sessionmfaauthenticated": "userIdentity.sessionContext.attributes.mfaAuthenticated",
    "sessioncreationdate": "userIdentity.sessionContext.attributes.creationDate",
    "sessioncreationdateutc": "userIdentity.sessionContext.attributes.creationDate",
    "ec2roledelivery": "userIdentity.sessionContext.ec2RoleDelivery",
    **{
        f"useridentity{name.lower()}": f"userIdentity.{name}"
        for name in ("type", "principalId", "arn", "accountId", "accessKeyId", "userName", "invokedBy")
    },
    **{
        f"sessionissuer{name.lower()}": f"userIdentity.sessionContext.sessionIssuer.{name}"
        for name in ("type", "principalId", "arn", "accountId", "userName")
    },
}
_INNER = {
    name.lower(): name
    for name in (
        "type", "principalId", "arn", "accountId", "accessKeyId", "userName", "invokedBy", "sessionContext", "sessionIssuer",
        "attributes", "creationDate", "mfaAuthenticated", "webIdFederationData", "federatedProvider", "identityProvider",
        "sourceIdentity", "ec2RoleDelivery", "onBehalfOf", "userId", "identityStoreArn", "credentialId", "inScopeOf",
        "tlsVersion", "cipherSuite", "clientProvidedHostHeader", "keyExchange",
    )
}  # fmt: skip
_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?E\+\d{1,2}$", re.IGNORECASE)
_US_DATE = re.compile(
    r"^(\d{1,2})/(\d{1,2})/(\d{4}),? (\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)?(?:\s*([AP])M)?(?:\s*(?:UTC|\[UTC\]))?$",
    re.I,
)
_PLAIN, _DEEPEST = re.compile(r"(?:(?!, [A-Za-z0-9_]+=)[^}\]])*"), 100


def fold(name: str) -> str:
    """A name without case and punctuation."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def form_of(names: list[str]) -> str | None:
    """Which export has these columns: history_csv, athena_csv, lake, sentinel, raw (a column holds whole records), or None."""
    folded = {fold(name or "") for name in names}
    if raw_column(names):
        return "raw"
    if not {"eventname", "eventsource"} <= folded and not {"eventname", "eventtime"} <= folded:
        return None
    if "timegenerated" in folded or "timegeneratedutc" in folded or "awseventid" in folded:
        return "sentinel"
    if any(" " in name.strip() for name in names) or "awsaccesskey" in folded:
        return "history_csv"
    return "athena_csv"


def raw_column(names: list[str]) -> str | None:
    """The column that holds whole records as text, where there is one."""
    return next((name for name in names if fold(name or "") in ("eventjson", "cloudtrailevent")), None) or next(
        (name for name in names if (name or "").strip().lower() in ("_raw", "@message", "message")), None
    )


def record_of(row: Mapping[str, Any], form: str) -> tuple[dict[str, Any], set[str]]:
    """One row as a record, and flags for what the export or a spreadsheet spoiled. Empty cells are absent members."""
    record: dict[str, Any] = {}
    flags: set[str] = set()
    for name, value in row.items():
        if value is None or value == "" or name is None:
            continue
        path = _NAMES.get(fold(name))
        if path == "eventTime" and "[UTC]" in name:  # the portal of Sentinel: always month, day, year
            _put(record, [path], _time(value, set()))
            continue
        if path is None or (path.startswith("userIdentity.") and isinstance(record.get("userIdentity"), str)):
            _put(record, [name], value)
            continue
        _put(record, path.split("."), _value(path, value, form, flags))
    _spoiled(record, flags)
    return record, flags


def _put(record: dict[str, Any], path: list[str], value: Any) -> None:
    at = record
    for part in path[:-1]:
        inner = at.setdefault(part, {})
        if not isinstance(inner, dict):
            at[".".join(path)] = value
            return
        at = inner
    at.setdefault(path[-1], value)


def _value(path: str, value: Any, form: str, flags: set[str]) -> Any:
    column = TESTIMONY.get(path)
    kind = column.type if column else "VARCHAR"
    if kind == "BOOLEAN" and isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower(), value)
    if kind == "JSON" and isinstance(value, str):
        return _structure(value, flags)
    if kind == "TIMESTAMP":
        return _time(value, flags)
    if isinstance(value, str) and form == "history_csv" and value.startswith("'"):
        return value[1:]  # the console guards cells that a spreadsheet would take for a formula
    return value


def _structure(text: str, flags: set[str]) -> Any:
    """JSON text, or Athena's ``{name=value, ...}``, which cannot be told apart where values hold commas."""
    stripped = text.strip()
    if stripped[:1] not in ("{", "["):
        return text
    try:
        return json.loads(stripped)
    except ValueError:
        pass  # not JSON: Athena's own text
    flags.add("lossy_struct")
    found, end = _braced(stripped, 0)
    return found if end == len(stripped) else text


def _braced(text: str, at: int, depth: int = 0) -> tuple[Any, int]:
    """Reads ``{a=b, c={d=e}}`` and ``[x, y]`` from a position; returns the value and where it ends, -1 where it cannot be read."""
    if depth > _DEEPEST:
        return None, -1
    if text[at : at + 1] == "{":
        found: dict[str, Any] = {}
        at += 1
        while at < len(text) and text[at] != "}":
            equals = text.find("=", at)
            if equals < 0:
                return found, -1
            name = text[at:equals].strip(", ")
            value, at = _braced(text, equals + 1, depth + 1)
            if at < 0:
                return found, -1
            if value != "null":
                found[_INNER.get(name.lower(), name)] = value
            while at < len(text) and text[at] in ", ":
                at += 1
        return found, at + 1
    if text[at : at + 1] == "[":
        items: list[Any] = []
        at += 1
        while at < len(text) and text[at] != "]":
            value, at = _braced(text, at, depth + 1)
            if at < 0:
                return items, -1
            items.append(value)
            while at < len(text) and text[at] in ", ":
                at += 1
        return items, at + 1
    match = _PLAIN.match(text, at)
    return (match[0].strip(), match.end()) if match else ("", -1)


def _time(value: Any, flags: set[str]) -> Any:
    """A time as ``2024-05-02T06:11:09Z`` where it can be read; a spreadsheet's date is flagged (day and month may be exchanged)."""
    if isinstance(value, datetime):
        plain = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return _iso(plain)
    text = str(value).strip()
    found = instant(text)
    if found:
        return _iso(found)
    match = _US_DATE.match(text)
    if not match:
        return value
    flags.add("spoiled_time")
    month, day, year, hour, minute, second, half = match.groups()
    hours = int(hour) % 12 + (12 if half.upper() == "P" else 0) if half else int(hour)
    try:
        return _iso(datetime(int(year), int(month), int(day), hours, int(minute), int(second or 0)))
    except ValueError:
        return value


def _iso(plain: datetime) -> str:
    return plain.strftime("%Y-%m-%dT%H:%M:%S") + (f".{plain.microsecond:06d}" if plain.microsecond else "") + "Z"


def _spoiled(record: dict[str, Any], flags: set[str]) -> None:
    """Marks ids that a spreadsheet took for numbers."""
    identity = record.get("userIdentity")
    account = identity.get("accountId") if isinstance(identity, dict) else None
    for name, value in (("recipientAccountId", record.get("recipientAccountId")), ("accountId", account)):
        if isinstance(value, str) and (_SCIENTIFIC.match(value) or (value.isdigit() and len(value) < 12)):
            flags.add(f"spoiled_id:{name}")


# -- OCSF ---------------------------------------------------------------------------------------------------------------

_OCSF: tuple[tuple[str, str], ...] = (
    ("metadata.uid", "eventID"),
    ("metadata.event_code", "eventType"),
    ("metadata.product.version", "eventVersion"),
    ("api.operation", "eventName"),
    ("api.service.name", "eventSource"),
    ("api.version", "apiVersion"),
    ("api.request.uid", "requestID"),
    ("api.request.data", "requestParameters"),
    ("api.response.data", "responseElements"),
    ("api.response.error", "errorCode"),
    ("api.response.message", "errorMessage"),
    ("cloud.region", "awsRegion"),
    ("src_endpoint.ip", "sourceIPAddress"),
    ("src_endpoint.domain", "sourceIPAddress"),
    ("src_endpoint.uid", "vpcEndpointId"),
    ("http_request.user_agent", "userAgent"),
    ("actor.user.type", "userIdentity.type"),
    ("actor.user.name", "userIdentity.userName"),
    ("actor.user.account.uid", "userIdentity.accountId"),
    ("actor.user.account_uid", "userIdentity.accountId"),
    ("actor.user.credential_uid", "userIdentity.accessKeyId"),
    ("actor.session.issuer", "userIdentity.sessionContext.sessionIssuer.arn"),
    ("actor.invoked_by", "userIdentity.invokedBy"),
)


def is_ocsf(value: Any) -> bool:
    """Whether an object is an OCSF event made from a CloudTrail record."""
    return isinstance(value, dict) and "class_uid" in value and str(_at(value, "metadata.product.name")) == "CloudTrail"


def record_of_ocsf(value: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """The record from which an OCSF event was made, as far as it says; dotted ``unmapped`` names become members again."""
    record: dict[str, Any] = {}
    flags: set[str] = set()
    for source, path in _OCSF:
        found = _at(value, source)
        if found not in (None, "", [], {}):
            _put(record, path.split("."), _value(path, found, "ocsf", flags))
    old = _at(value, "actor.user.uuid") is not None
    for source, member in (("uuid" if old else "uid", "arn"), ("uid" if old else "uid_alt", "principalId")):
        found = _at(value, f"actor.user.{source}")
        if found:
            _put(record, ["userIdentity", member], found)
    moment = value.get("time")
    if isinstance(moment, int | float):
        record["eventTime"] = _iso(datetime(1970, 1, 1) + timedelta(milliseconds=int(moment)))
    unmapped = value.get("unmapped")
    if isinstance(unmapped, list):  # a Parquet map comes as pairs
        unmapped = dict(unmapped)
    for name, inner in (unmapped or {}).items() if isinstance(unmapped, dict) else ():
        _put(record, name.split("."), _value(name.split(".")[0] if "." not in name else name, inner, "ocsf", flags))
    record.setdefault("ocsf", {"class_uid": value.get("class_uid"), "type_name": value.get("type_name")})
    return record, flags


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


# -- Elastic ------------------------------------------------------------------------------------------------------------

_ELASTIC: tuple[tuple[str, str], ...] = (
    ("event.action", "eventName"),
    ("event.provider", "eventSource"),
    ("event.id", "eventID"),
    ("@timestamp", "eventTime"),
    ("cloud.region", "awsRegion"),
    ("source.address", "sourceIPAddress"),
    ("source.ip", "sourceIPAddress"),
    ("user_agent.original", "userAgent"),
    ("user.name", "userIdentity.userName"),
    ("user.id", "userIdentity.principalId"),
    ("cloud.account.id", "userIdentity.accountId"),
)


def _undotted(value: Mapping[str, Any]) -> Mapping[str, Any]:
    if not any("." in name for name in value):
        return value
    made: dict[str, Any] = {}
    for name, inner in value.items():
        _put(made, name.split("."), inner)
    return made


def is_elastic(value: Any) -> bool:
    """Whether an object is an Elastic document of the CloudTrail data set."""
    return isinstance(value, dict) and (
        _at(value, "aws.cloudtrail") is not None or any(name.startswith("aws.cloudtrail.") for name in value)
    )


def record_of_elastic(value: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """The record as far as an Elastic document without ``event.original`` repeats it, its members nested or with dots in their names."""
    value = _undotted(value)
    record: dict[str, Any] = {}
    flags: set[str] = set()
    for source, path in _ELASTIC:
        found = _at(value, source) if _at(value, source) is not None else value.get(source)
        if found not in (None, "", [], {}):
            _put(record, path.split("."), _value(path, found, "elastic", flags))
    trail = _at(value, "aws.cloudtrail")
    trail = trail if isinstance(trail, Mapping) else {}
    for name, found in trail.items():
        if name == "user_identity" and isinstance(found, Mapping):
            for inner, said in found.items():
                if inner in ("type", "arn", "access_key_id", "invoked_by"):
                    camel = {"access_key_id": "accessKeyId", "invoked_by": "invokedBy"}.get(inner, inner)
                    _put(record, ["userIdentity", str(camel)], said)
            continue
        known = _NAMES.get(fold(name))
        if known and found not in (None, ""):
            _put(record, known.split("."), _value(known, found, "elastic", flags))
        elif found not in (None, ""):
            _put(record, [f"aws.cloudtrail.{name}"], found)
    return record, flags
