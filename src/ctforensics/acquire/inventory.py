"""S3 Inventory in place of listing: a manifest and its CSV or Parquet files name the objects of a bucket of millions.

Source: S3 user guide, "Inventory list": keys in CSV are URL-encoded, the manifest's ``fileSchema`` names the columns.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from ctforensics import clock
from ctforensics.acquire.plan import Wanted
from ctforensics.acquire.scope import Scope, kind_of_folder, parse_url
from ctforensics.aws.clients import Access
from ctforensics.aws.refusals import judge
from ctforensics.errors import ParameterError
from ctforensics.trail import object_keys

_NEEDED = ("key", "size", "lastmodified")


def objects(access: Access, scope: Scope, manifest_url: str) -> Iterator[Wanted]:
    """The objects of the scope that an inventory names. Raises ParameterError for a manifest that is none or of another bucket."""
    bucket, key = parse_url(manifest_url)
    manifest = _manifest(access, bucket, key.rstrip("/"))
    if manifest.get("sourceBucket") != scope.bucket:
        raise ParameterError(
            f"The inventory is of the bucket {manifest.get('sourceBucket')!r}.",
            where=manifest_url,
            hint="Name its own bucket.",
        )
    for file in manifest["files"]:
        data = _get(access, bucket, str(file["key"]))
        for row in _rows(manifest, data, manifest_url):
            wanted = _wanted(scope, row)
            if wanted is not None:
                yield wanted


def _manifest(access: Access, bucket: str, key: str) -> dict[str, Any]:
    try:
        manifest = json.loads(_get(access, bucket, key))
        if isinstance(manifest, dict) and isinstance(manifest.get("files"), list):
            return manifest
    except (ValueError, UnicodeDecodeError):
        pass  # told below, together with JSON that is something else
    raise ParameterError("This is no inventory manifest.", where=f"s3://{bucket}/{key}", hint="Name its manifest.json.")


def _get(access: Access, bucket: str, key: str) -> bytes:
    try:
        return bytes(access.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    except Exception as error:
        raise judge(error).as_error(f"s3://{bucket}/{key}") from error


def _rows(manifest: dict[str, Any], data: bytes, where: str) -> Iterator[dict[str, Any]]:
    """One dictionary for each object, its names in lower case without underscores."""
    form = str(manifest.get("fileFormat", "")).upper()
    if form == "CSV":
        names = [_plain_name(name) for name in str(manifest.get("fileSchema", "")).split(",")]
        if not set(_NEEDED) <= set(names):
            raise ParameterError(
                "The inventory lacks size or time of its objects.", where=where, hint="List the bucket instead."
            )
        for row in csv.reader(io.StringIO(gzip.decompress(data).decode("utf-8"), newline="")):
            fields = dict(zip(names, row, strict=False))
            yield {**fields, "key": unquote_plus(fields["key"])}
    elif form == "PARQUET":
        import pyarrow.parquet

        file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
        for batch in file.iter_batches(10_000):
            for row in batch.to_pylist():
                yield {_plain_name(name): value for name, value in row.items()}
    else:
        raise ParameterError(
            f"An inventory in {form or 'an unnamed format'} is not read.", where=where, hint="Use CSV or Parquet."
        )


def _plain_name(column: str) -> str:
    """``LastModifiedDate`` (CSV) and ``last_modified_date`` (Parquet) are the same column."""
    return column.strip().lower().replace("_", "").removesuffix("date")


def _wanted(scope: Scope, row: dict[str, Any]) -> Wanted | None:
    """The object where it is current and in scope: by what its key claims, else by its time of delivery."""
    key = str(row["key"])
    gone = str(row.get("isdeletemarker", "")).lower() == "true" or str(row.get("islatest", "true")).lower() == "false"
    if gone or not key.startswith(scope.prefix):
        return None
    claimed = object_keys.parse(key)
    kind = kind_of_folder(claimed.kind) if claimed else "other"
    modified = clock.parse_instant(row["lastmodified"])
    if not scope.wants(kind) or not _in_scope(scope, claimed, kind, modified):
        return None
    return Wanted(
        bucket=scope.bucket,
        key=key,
        size=int(row["size"] or 0),
        etag=str(row.get("etag") or "").strip('"'),
        last_modified=clock.utc_text(modified.replace(microsecond=0)),
        storage_class=str(row.get("storageclass") or "STANDARD"),
        kind=kind,
    )


def _in_scope(scope: Scope, claimed: object_keys.ObjectKey | None, kind: str, modified: Any) -> bool:
    if claimed is not None:
        if scope.accounts and claimed.account not in scope.accounts:
            return False
        if scope.regions and claimed.region not in scope.regions:
            return False
    day = claimed.stamp.date() if claimed else modified.date()
    first, last = scope.days(kind)
    return (first is None or day >= first) and (last is None or day <= last)
