"""The rows of a load as Arrow has them on their way from the readers into the database."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from ctforensics.trail.columns import EVENT_COLUMNS

# Columns in which the same few values come again and again: on their way each value stands once in a portion of records.
_FEW = frozenset(
    [
        "event_time_basis",
        "event_name",
        "event_source",
        "aws_region",
        "recipient_account_id",
        "source_ip_address",
        "user_agent",
        "error_code",
        "error_message",
        "event_type",
        "event_category",
        "event_version",
        "api_version",
        "vpc_endpoint_id",
        "vpc_endpoint_account_id",
        "actor",
        "principal_arn",
        "principal_id",
        "user_identity_type",
        "user_name",
        "actor_account_id",
        "access_key_id",
        "session_issuer_arn",
        "role_session_name",
        "source_identity",
        "invoked_by",
        "outcome",
        "error_class",
        "source_kind",
        "agent_family",
        "event_base_name",
        "event_class",
        "bucket_name",
        "requested_role_arn",
        "user_identity",
        "tls_details",
        "fidelity",
        "verification",
    ]
)
_REPEATED = pa.dictionary(pa.int32(), pa.string())
_ARROW = {"TIMESTAMP": pa.timestamp("us"), "BOOLEAN": pa.bool_(), "VARCHAR[]": pa.list_(pa.string())}
EVENTS = pa.schema(
    [
        pa.field(
            c.name,
            _REPEATED if c.name in _FEW else pa.binary(16) if c.type == "UUID" else _ARROW.get(c.type, pa.string()),
        )
        for c in EVENT_COLUMNS
    ]
)
_JSON = frozenset(c.name for c in EVENT_COLUMNS if c.type == "JSON")
_TEXT = pa.json_(pa.string())
SOURCES = pa.schema(
    [
        ("event_key", pa.binary(16)),
        ("file_no", pa.int32()),
        ("record_index", pa.int32()),
        ("byte_offset", pa.int64()),
        ("byte_length", pa.int32()),
        ("container", pa.string()),
        ("fidelity", pa.string()),
    ]
)
REJECTS = pa.schema(
    [
        ("file_no", pa.int32()),
        ("record_index", pa.int32()),
        ("byte_offset", pa.int64()),
        ("byte_length", pa.int64()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("excerpt", pa.string()),
    ]
)
AGGREGATED = pa.schema(
    [
        ("window_start", pa.timestamp("us")),
        ("window_end", pa.timestamp("us")),
        *(
            (n, pa.string())
            for n in ("account_id", "aws_region", "event_source", "event_id", "template", "dimension", "name")
        ),
        ("value", pa.int64()),
        ("is_primary", pa.bool_()),
        ("record", pa.string()),
        ("file_no", pa.int32()),
        ("record_index", pa.int32()),
    ]
)
_FILE_TYPES = {
    **dict.fromkeys(("delivered_at", "first_event_time", "last_event_time", "modified_at"), pa.timestamp("us")),
    **dict.fromkeys(("size", "records", "events", "duplicates", "poorer_copies", "rejected", "sifted"), pa.int64()),
    **dict.fromkeys(("file_no", "generation"), pa.int32()),
    "flags": pa.list_(pa.string()),
}
_FILE_NAMES = [
    "file_no",
    "root",
    "path",
    "bucket",
    "object_key",
    "size",
    "sha256",
    "content_sha256",
    "kind",
    "container",
    "source_form",
    "account",
    "region",
    "organization",
    "delivered_at",
    "outcome",
    "reason",
    "flags",
    "records",
    "events",
    "duplicates",
    "poorer_copies",
    "rejected",
    "sifted",
    "first_event_time",
    "last_event_time",
    "verification",
    "verification_code",
    "modified_at",
    "generation",
]
FILES = pa.schema([(name, _FILE_TYPES.get(name, pa.string())) for name in _FILE_NAMES])


def repeats(name: str) -> bool:
    """Whether a column of ``events`` travels as numbers of the values that stand once beside them."""
    return name in _FEW


def as_json(table: pa.Table) -> pa.Table:
    """Rows of ``events`` with their JSON columns under Arrow's type for JSON: DuckDB takes such text as it is, and checks all other."""
    for at, field in enumerate(table.schema):
        if field.name in _JSON:
            parts = [_json_of(part) for part in table.column(at).chunks]
            if parts:
                table = table.set_column(at, field.name, pa.chunked_array(parts))
    return table


def _json_of(part: pa.Array) -> pa.Array:
    if isinstance(part, pa.DictionaryArray):
        return pa.DictionaryArray.from_arrays(part.indices, pa.ExtensionArray.from_storage(_TEXT, part.dictionary))
    return pa.ExtensionArray.from_storage(_TEXT, part)


def fitted(name: str, column: pa.Array) -> pa.Array:
    """A column of ``events`` in the form in which it travels."""
    return column.dictionary_encode() if name in _FEW and column.type == pa.string() else column


_empty: dict[int, tuple[pa.Schema, pa.Table]] = {}


def empty(schema: pa.Schema) -> pa.Table:
    """No rows of that schema, made once: empty columns take Arrow as long as full ones, and most chunks have tables without rows."""
    kept = _empty.get(id(schema))
    if kept is None:
        kept = _empty[id(schema)] = schema, schema.empty_table()  # the schema lives on, so that its number is its own
    return kept[1]


def table_of(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table of that schema; members that a row leaves out are null."""
    if not rows:
        return empty(schema)
    columns = [pa.array([row.get(field.name) for row in rows], field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)
