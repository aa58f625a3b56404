"""A desk to load at: a case with one root, a way to put files into it, and a record to vary."""

import json

import duckdb

from ctforensics.case import folder as case_folder
from ctforensics.load.roots import add_root
from ctforensics.load.run import load


def record(number: int, **more):
    """A plain record; keyword arguments replace or add members."""
    return {
        "eventVersion": "1.08",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLE000000001",
            "arn": "arn:aws:iam::111122223333:user/ana",
            "accountId": "111122223333",
            "accessKeyId": "AKIAEXAMPLE000000001",
            "userName": "ana",
        },
        "eventTime": f"2024-05-02T06:{number // 60 % 60:02d}:{number % 60:02d}Z",
        "eventSource": "iam.amazonaws.com",
        "eventName": "CreateUser",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.9",
        "userAgent": "aws-cli/2.15.0",
        "requestParameters": {"userName": f"user-{number}"},
        "responseElements": None,
        "requestID": f"req-{number}",
        "eventID": f"id-{number}",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "111122223333",
        "eventCategory": "Management",
        **more,
    }


def varied(drawn):
    """Records from (number, members to set, members to leave out)."""
    records = []
    for number, changes, absent in drawn:
        made = {**record(number), **changes}
        for name in absent - {"eventVersion"}:
            made.pop(name, None)
        records.append(made)
    return records


class Desk:
    """A case, a folder of evidence, and short ways to load and look."""

    def __init__(self, place):
        self.evidence = place / "incoming"
        self.evidence.mkdir()
        self.case = case_folder.create(place / "case")
        add_root(self.case, self.evidence, "mirror")

    def put(self, name, value):
        """Writes a file: bytes as they are, text, or anything else as JSON."""
        file = self.evidence / name
        file.parent.mkdir(parents=True, exist_ok=True)
        data = value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else None
        file.write_bytes(json.dumps(value).encode() if data is None else data)
        return file

    def load(self, **options):
        return load(self.case, **options)

    def rows(self, sql):
        with duckdb.connect(str(self.case.database), read_only=True) as con:
            return con.execute(sql).fetchall()

    def row(self, columns="*"):
        """The only event as a dict by column name."""
        with duckdb.connect(str(self.case.database), read_only=True) as con:
            cursor = con.execute(f"SELECT {columns} FROM events")
            names = [column[0] for column in cursor.description]
            found = cursor.fetchall()
        assert len(found) == 1
        return dict(zip(names, found[0], strict=True))
