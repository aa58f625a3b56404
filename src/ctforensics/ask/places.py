"""Where addresses lie: country, city and network operator from MaxMind databases that the investigator puts into ``inputs/``.

Any file ``inputs/*.mmdb`` in MaxMind's DB format serves (GeoLite2-City, -Country, -ASN, or one of the same members). Only
addresses that the evidence holds are looked up, once for each room, when the first question asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from ctforensics.errors import ForensicsError, NotInstalled

TABLE = "address_places"
COLUMNS = "address VARCHAR, country VARCHAR, city VARCHAR, latitude DOUBLE, longitude DOUBLE, asn BIGINT, network_operator VARCHAR"
_ADDRESSES = """SELECT DISTINCT source_ip_address FROM events
WHERE is_address(source_kind) AND source_ip_address IS NOT NULL ORDER BY ALL"""
_BATCH = 10_000

Place = dict[str, Any]


def databases(folder: Path | None) -> list[Path]:
    """The MaxMind databases of an inputs folder, by name."""
    return sorted(folder.glob("*.mmdb")) if folder and folder.is_dir() else []


def fill(con: duckdb.DuckDBPyConnection, files: list[Path]) -> None:
    """Writes a row for each address of the evidence that one of the databases knows.

    Raises NotInstalled without the package maxminddb and ForensicsError for a file that is no MaxMind database.
    """
    readers = [_reader(file) for file in files]
    try:
        addresses = [address for (address,) in con.execute(_ADDRESSES).fetchall()]
        rows = [_row(address, found) for address, found in _places(readers, addresses)]
    finally:
        for reader in readers:
            reader.close()
    for start in range(0, len(rows), _BATCH):
        _insert(con, rows[start : start + _BATCH])


def _insert(con: duckdb.DuckDBPyConnection, rows: list[tuple[Any, ...]]) -> None:
    columns = list(zip(*rows, strict=True))
    marks = ", ".join(f"unnest(${i + 1})" for i in range(len(columns)))
    con.execute(f"INSERT INTO {TABLE} SELECT {marks}", [list(column) for column in columns])


def _reader(file: Path) -> Any:
    try:
        import maxminddb
    except ImportError as error:
        raise NotInstalled("maxminddb", "geo") from error
    try:
        return maxminddb.open_database(file)
    except (maxminddb.InvalidDatabaseError, OSError, ValueError) as error:
        raise ForensicsError(
            "This is no MaxMind database that can be read.",
            where=str(file),
            hint="Bring GeoLite2-City.mmdb or GeoLite2-ASN.mmdb again, or take the file out of inputs/.",
        ) from error


def _places(readers: list[Any], addresses: list[str]) -> Iterator[tuple[str, Place]]:
    for address in addresses:
        found: Place = {}
        for reader in readers:
            found = _told(_looked_up(reader, address)) | found  # the first database that knows something wins
        if found:
            yield address, found


def _looked_up(reader: Any, address: str) -> Any:
    try:
        return reader.get(address)
    except ValueError:  # no address after all, or an IPv6 address and a database of IPv4
        return None


def _told(entry: Any) -> Place:
    """What an entry says under the names of our columns; unknown members and wrong types are left out."""
    country = _member(entry, "country", "iso_code") or _member(entry, "registered_country", "iso_code")
    found = {
        "country": _as(str, country),
        "city": _as(str, _member(entry, "city", "names", "en")),
        "latitude": _as(float, _member(entry, "location", "latitude")),
        "longitude": _as(float, _member(entry, "location", "longitude")),
        "asn": _as(int, _member(entry, "autonomous_system_number")),
        "network_operator": _as(str, _member(entry, "autonomous_system_organization")),
    }
    return {name: value for name, value in found.items() if value is not None}


def _member(entry: Any, *path: str) -> Any:
    for name in path:
        if not isinstance(entry, dict):
            return None
        entry = entry.get(name)
    return entry


def _as(type_: type, value: Any) -> Any:
    if type_ is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return value if isinstance(value, type_) and not isinstance(value, bool) else None


def _row(address: str, place: Place) -> tuple[Any, ...]:
    names = [column.split()[0] for column in COLUMNS.split(", ")]
    return tuple({**place, "address": address}.get(name) for name in names)
