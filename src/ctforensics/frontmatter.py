"""The metadata block of a question: TOML inside SQL comments, so that the file stays plain SQL.

::

    -- /// query
    -- name = "root_activity"
    -- ///
"""

from __future__ import annotations

import tomllib
from typing import Any

from ctforensics.errors import QueryError


def parse(text: str, kind: str, *, where: str | None = None) -> tuple[dict[str, Any], str]:
    """The block of that kind as a dict, and the text that follows it. Raises QueryError with the line."""
    lines = text.splitlines()
    opening = f"-- /// {kind}"
    start = next((i for i, line in enumerate(lines) if line.strip() == opening), None)
    if start is None:
        raise QueryError(f"There is no metadata block; it begins with the line `{opening}`.", where=where)
    end = next((i for i in range(start + 1, len(lines)) if lines[i].strip() == "-- ///"), None)
    if end is None:
        raise QueryError(
            "The metadata block is not closed; it ends with the line `-- ///`.", where=f"{where}:{start + 1}"
        )
    block = []
    for number in range(start + 1, end):
        line = lines[number]
        if not line.startswith("--"):
            raise QueryError("Every line of the metadata block begins with `--`.", where=f"{where}:{number + 1}")
        block.append(line[3:] if line.startswith("-- ") else line[2:])
    try:
        data = tomllib.loads("\n".join(block))
    except tomllib.TOMLDecodeError as error:
        raise QueryError(
            f"The metadata block is not TOML: {error} (counted from line {start + 2}).", where=where
        ) from error
    return data, "\n".join(lines[end + 1 :]).strip() + "\n"
