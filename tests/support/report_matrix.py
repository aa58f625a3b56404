"""Every report notebook on every practice story and on real data, as HTML and PDF, to be looked at page by page.

``python -m tests.support.report_matrix FOLDER [--stories a,b] [--reports x,y] [--pictures]``; with ``--pictures`` each page of each PDF
becomes a PNG (poppler's pdftoppm), and each HTML page one of a screen 400 px wide.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from ctforensics.investigation import Case, new_case, open_case
from ctforensics.reports import catalog, run
from tests.conftest import shared_folder
from tests.support import stories

REAL = "invictus"
_ALSO = {"leaked_key": {"buckets": ["example-exports"]}}  # what the analyst of a story follows besides its first clue
_KEY = """SELECT access_key_id FROM events WHERE access_key_id IS NOT NULL
GROUP BY ALL ORDER BY count(*) FILTER (outcome IN ('denied', 'failed')) DESC, count(*) DESC, access_key_id LIMIT 1"""
_ACTOR = """SELECT principal_arn FROM events WHERE principal_arn IS NOT NULL
GROUP BY ALL ORDER BY count(*) FILTER (outcome IN ('denied', 'failed')) DESC, count(*) DESC, principal_arn LIMIT 1"""
_BUCKETS = """SELECT bucket_name FROM events WHERE bucket_name IS NOT NULL
GROUP BY ALL ORDER BY count(*) FILTER (event_name = 'PutBucketPolicy') DESC, count(*) DESC, bucket_name LIMIT 2"""


def clue(case: Case) -> dict[str, Any]:
    """What an analyst of a practice story begins with, as a parameter of the incident report; nothing where no label says it."""
    labels = case.path.parent / "labels.json"
    value = json.loads(labels.read_text("utf-8"))["clue"] if labels.exists() else ""
    if re.fullmatch(r"A[KS]IA[A-Z0-9]{16}", value):
        return {"access_keys": [value]}
    if value:
        return {"addresses" if re.fullmatch(r"[0-9.]+", value) else "buckets": [value]}
    return {}


def parameters(case: Case, report: str) -> dict[str, Any]:
    """Parameters with which a report has something to say in that case."""
    if report == "incident" and (found := clue(case)):
        return {**found, **_ALSO.get(case.path.parent.name, {})}
    key, actor = (str(case.room.sql(sql, {})[2][0][0]) for sql in (_KEY, _ACTOR))
    buckets = [str(bucket) for (bucket,) in case.room.sql(_BUCKETS, {})[2]]
    return {
        "incident": {"access_keys": [key], "buckets": buckets},
        "access_key_compromise": {"access_key_id": key},
        "principal_profile": {"principal": actor},
        "s3_exposure": {"buckets": buckets},
    }.get(report, {})


def real_case(place: Path) -> Case | None:
    """The case of the public attack run in shared data, made once; None where the data is absent."""
    shared = shared_folder()
    if shared is None:
        return None
    if (place / "case" / "case.toml").exists():
        return open_case(place / "case")
    case = new_case(place / "case", title="Public attack run", examiner="T. Ester", matter="REAL DATA")
    case.add_evidence(shared / REAL / "CloudTrail", label="mirror")
    case.load()
    case.verify()
    return case


def make(case: Case, story: str, report: str, folder: Path) -> run.Made:
    """One report of one case as HTML and PDF below ``folder``."""
    stem = folder / story / report
    return run.make(case.path, report, parameters(case, report), f"{stem}.html", f"{stem}.pdf")


def pictures(pdf: Path) -> None:
    """Each page of a PDF as a picture beside it."""
    command = ["pdftoppm", "-r", "60", "-png", str(pdf), str(pdf.with_suffix(""))]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def main(arguments: list[str]) -> None:
    """Makes the reports and says for each how long it took and how large it is."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--stories", default=",".join((*stories.STORIES, REAL)))
    asked.add_argument("--reports", default=",".join(r.name for r in catalog.walk()))
    asked.add_argument("--pictures", action="store_true")
    args = asked.parse_args(arguments)
    stories.pinned()
    for story in args.stories.split(","):
        case = real_case(args.folder / REAL) if story == REAL else stories.opened(args.folder, story)
        for report in args.reports.split(",") if case else ():
            _one(case, story, report, args)
        if case:
            case.close()


def _one(case: Case, story: str, report: str, args: argparse.Namespace) -> None:
    begun, worked = time.monotonic(), sum(os.times()[:4])
    made = make(case, story, report, args.folder)
    took, spent = time.monotonic() - begun, sum(os.times()[:4]) - worked
    sizes = " ".join(f"{p.suffix} {p.stat().st_size / 1e6:.2f} MB" for p in (made.path, *made.also))
    print(f"{story:22} {report:24} {took:6.1f} s ({spent:.1f} s CPU) {sizes}", flush=True)
    if args.pictures and shutil.which("pdftoppm"):
        pictures(made.also[0])


if __name__ == "__main__":
    main(sys.argv[1:])
