"""Small cases for the tests of questions: made from a handful of records by the real loader."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ctforensics.ask.answering import Reply, reply
from ctforensics.ask.catalog import Catalog
from ctforensics.ask.room import Room
from ctforensics.case import folder as case_folder
from ctforensics.case.folder import CaseFolder
from ctforensics.load.roots import add_root
from ctforensics.load.run import load

Record = dict[str, Any]
_NUMBERS = itertools.count(1)


@pytest.fixture(autouse=True)
def _numbered_from_one() -> None:
    """The events of each test are numbered from 1, so that their minutes come in order whatever ran before."""
    global _NUMBERS
    _NUMBERS = itertools.count(1)


def event(service: str, name: str, **more: Any) -> Record:
    """A record of one call by the user ana; ``minute`` sets its time, everything else overrides a member."""
    number = next(_NUMBERS)
    minute = more.pop("minute", number % 60)
    user = more.pop("user", "ana")
    key = more.pop("key", "AKIAEXAMPLEANA000001")
    return {
        "eventVersion": "1.08",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": f"AIDA{user.upper():0<16}",
            "arn": f"arn:aws:iam::111122223333:user/{user}",
            "accountId": "111122223333",
            "accessKeyId": key,
            "userName": user,
        },
        "eventTime": f"2024-05-02T{6 + minute // 60:02d}:{minute % 60:02d}:00Z",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.15.0",
        "eventID": f"00000000-0000-4000-8000-{number:012d}",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "eventCategory": "Management",
        "recipientAccountId": "111122223333",
        **more,
    }


class Asker:
    """A loaded case to which questions are put."""

    def __init__(self, folder: CaseFolder) -> None:
        self.folder = folder
        self.room = Room.of_case(folder)
        self.catalog = Catalog.of_case(folder)

    def __call__(self, name: str, **params: Any) -> list[dict[str, Any]]:
        return self.reply(name, **params).rows.dicts()

    def reply(self, name: str, **params: Any) -> Reply:
        return reply(self.room, self.catalog.get(name), params)


@pytest.fixture
def case_of(tmp_path: Path) -> Iterator[Callable[..., Asker]]:
    """Makes and loads a case from records; ``inputs`` are files of its inputs folder."""
    made: list[Asker] = []

    def make(*records: Record, inputs: dict[str, str] | None = None) -> Asker:
        number = len(made)
        folder = case_folder.create(tmp_path / f"case{number}")
        evidence = tmp_path / f"evidence{number}"
        evidence.mkdir()
        (evidence / "log.json").write_text(json.dumps({"Records": list(records)}), "utf-8")
        for name, text in (inputs or {}).items():
            (folder.inputs / name).write_text(text, "utf-8")
        add_root(folder, evidence, "mirror")
        load(folder)
        made.append(Asker(folder))
        return made[-1]

    yield make
    for asker in made:
        asker.room.close()
