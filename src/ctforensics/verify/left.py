"""What acquisitions of a case could not bring, out of the lists that they left; what came since is no longer wanted."""

from __future__ import annotations

import json

from ctforensics.case import register
from ctforensics.case.folder import CaseFolder
from ctforensics.verify.wanted import Left


def left_by_acquisition(folder: CaseFolder) -> list[Left]:
    """Objects that were planned and are not here: archived, refused, or gone. The newest word on each; a torn line is passed over."""
    found: dict[tuple[str, str], Left] = {}
    for file in sorted((folder.path / "acquisition").glob("wanted-*.jsonl")):
        for text in file.read_text(encoding="utf-8").splitlines():
            try:
                line = json.loads(text)
                left = Left(line["bucket"], line["key"], line["outcome"], line["reason"])
            except (ValueError, KeyError, TypeError):
                continue
            found[left.bucket, left.key] = left
    if found:
        for line in register.read(folder):
            found.pop((line.bucket or "", line.key or ""), None)
    return list(found.values())
