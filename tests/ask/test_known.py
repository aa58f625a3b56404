"""What the investigator says of values stands beside them in every answer, and our own reads are not taken for theft."""

from __future__ import annotations

import json

import pytest

from ctforensics.ask import formats
from ctforensics.ask.answering import ask, sql_reply
from ctforensics.ask.known import Known
from ctforensics.ask.triage import triage
from ctforensics.cli import main
from tests.ask.conftest import event

KEY, OURS = "AKIAEXAMPLEANA000001", "AKIAEXAMPLEEXAM00001"
LABELS = f"value,label,note\n198.51.100.7,VPN egress,head office\n{OURS},examiner,acquisition\n"
INPUTS = {
    "labels.csv": LABELS,
    "vendors.csv": "account,name\n777788889999,Backup Ltd\n",
    "owned_accounts.csv": "account,name\n111122223333,main\n",
    "networks.csv": "cidr,name,kind\n203.0.113.0/24,office,egress\n2001:db8::/32,lab,\n",
}


def read_of(key: str, number: int, **more):
    """A read of an object that was recorded as a data event."""
    return event(
        "s3", "GetObject", minute=number, key=key, eventCategory="Data", managementEvent=False, readOnly=True,
        requestParameters={"bucketName": "payroll", "key": f"{number}.csv"}, additionalEventData={"bytesTransferredOut": 1000}, **more,
    )  # fmt: skip


@pytest.fixture
def asker(case_of):
    return case_of(
        event("s3", "ListBuckets", minute=1),
        event("sts", "AssumeRole", minute=2, sourceIPAddress="203.0.113.9",
              requestParameters={"roleArn": "arn:aws:iam::777788889999:role/x"}),
        *(read_of(OURS, n, sourceIPAddress="192.0.2.9") for n in range(10, 15)),
        read_of(KEY, 20),
        inputs=INPUTS,
    )  # fmt: skip


def test_a_label_stands_in_every_row_that_holds_its_value(asker):
    first = asker("actions_by_access_key", access_key_id=KEY)[0]
    assert "198.51.100.7: VPN egress (head office)" in first["known_as"]
    assert "111122223333: ours (main)" in first["known_as"]


def test_networks_and_vendors_are_named_too(asker):
    row = asker("actions_by_access_key", access_key_id=KEY)[1]
    assert "203.0.113.9: office (egress)" in row["known_as"]
    known = Known(asker.room.inputs)
    assert known.told((["2001:db8::1", "777788889999"], None, 5)) == [
        "2001:db8::1: lab",
        "777788889999: vendor Backup Ltd",
    ]


def test_labels_are_in_json_in_csv_in_html_and_in_ones_own_sql(asker):
    reply = asker.reply("actions_by_access_key", access_key_id=KEY)
    assert "VPN egress" in str(json.loads(formats.as_json(reply.rows))[0]["known_as"])
    assert "VPN egress" in formats.as_csv(reply.rows)
    page = ask(asker.room, asker.catalog.get("actions_by_access_key"), {"access_key_id": KEY})._repr_html_()
    assert "VPN egress (head office)" in page and "known_as" in page
    assert "VPN egress" in str(sql_reply(asker.room, "SELECT source_ip_address FROM events").rows.rows)


def test_a_label_is_text_and_never_markup(case_of):
    made = case_of(event("s3", "ListBuckets"), inputs={"labels.csv": "value,label,note\n198.51.100.7,<b>x</b>,\n"})
    assert "<b>x</b>" not in ask(made.room, made.catalog.get("rare_events"))._repr_html_()
    assert (
        "<b>x</b>"
        not in ask(made.room, made.catalog.get("actions_by_access_key"), {"access_key_id": KEY})._repr_html_()
    )


def test_without_inputs_no_column_is_added(case_of):
    made = case_of(event("s3", "ListBuckets"))
    assert "known_as" not in made("actions_by_access_key", access_key_id=KEY)[0]


def test_the_examiners_own_reads_are_left_out_of_what_left_and_counted(asker):
    answer = asker.reply("object_bytes_out")
    assert [row["access_key_id"] for row in answer.rows.dicts()] == [KEY]
    assert any("5 events of those labelled examiner are left out" in said for said in answer.searched.cautions())
    keys = {row["access_key_id"]: row["known_as"] for row in asker("object_bytes_out", examiner_too=True)}
    assert any("examiner (acquisition)" in said for said in keys[OURS]) and KEY in keys


@pytest.mark.parametrize(
    "question",
    [
        "object_bytes_out",
        "read_then_delete_exfil",
        "outsider_object_access",
        "copies_to_outside_buckets",
        "secrets_bulk_read",
        "bucket_posture_sweep",
        "recon_score",
        "enumeration_burst",
    ],
)
def test_questions_about_theft_and_looking_around_leave_the_examiner_out_unless_asked(asker, question):
    param = next(p for p in asker.catalog.get(question).params if p.name == "examiner_too")
    assert param.default is False
    assert OURS not in str(asker.reply(question).rows.rows)


def test_triage_does_not_take_the_examiner_for_an_intruder(case_of):
    reads = [
        event(
            "secretsmanager",
            "GetSecretValue",
            key=OURS,
            minute=n,
            requestParameters={"secretId": f"s{n}"},
            readOnly=True,
        )
        for n in range(9)
    ]
    labelled = case_of(*reads, inputs={"labels.csv": LABELS})
    assert "secrets_bulk_read" in triage(labelled.room, labelled.catalog).silent
    plain = case_of(*reads)
    assert "secrets_bulk_read" not in triage(plain.room, plain.catalog).silent


def test_evidence_that_changed_or_is_gone_is_said_under_every_answer(asker):
    from ctforensics.load.run import load

    evidence = asker.folder.path.parent / "evidence0"
    (evidence / "log.json").write_text('{"Records": []}')
    asker.room.close()
    load(asker.folder)
    asker.room = type(asker.room).of_case(asker.folder)
    assert any("changed after they were loaded" in said for said in asker.reply("rare_events").searched.cautions())
    (evidence / "log.json").unlink()
    (evidence / "other.json").write_text(json.dumps({"Records": [event("s3", "ListBuckets")]}))
    asker.room.close()
    load(asker.folder)
    asker.room = type(asker.room).of_case(asker.folder)
    assert any("are gone now" in said for said in asker.reply("rare_events").searched.cautions())


@pytest.fixture
def timeless(case_of):
    record = event("s3", "ListBuckets")
    del record["eventTime"]
    return case_of(event("s3", "GetBucketAcl", minute=3), record)


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "parquet", "markdown"])
def test_records_without_time_are_in_every_format_for_machines_marked_and_last(timeless, form, tmp_path, capsys):
    timeless.room.close()
    out = tmp_path / f"rows.{form}"
    code = main(
        [
            "query",
            str(timeless.folder.path),
            "actions_by_access_key",
            "-p",
            f"access_key_id={KEY}",
            "--format",
            form,
            "-o",
            str(out),
        ]
    )
    said = capsys.readouterr().err
    assert code == 0 and "Records without any time that answer: 1." in said and "without_time" in said
    if form == "json":
        rows = json.loads(out.read_text())
    elif form == "jsonl":
        rows = [json.loads(line) for line in out.read_text().splitlines()]
    elif form == "parquet":
        import pyarrow.parquet

        rows = pyarrow.parquet.read_table(out).to_pylist()
    else:
        assert "without_time" in out.read_text().splitlines()[0] and len(out.read_text().splitlines()) >= 3
        return
    assert [row["without_time"] for row in rows] == [False, True]
    assert rows[1]["event_time"] is None and rows[1]["event_name"] == "ListBuckets" and rows[0]["event_time"]


def test_where_every_record_has_a_time_no_column_is_added(case_of):
    made = case_of(event("s3", "ListBuckets"))
    reply = made.reply("actions_by_access_key", access_key_id=KEY)
    assert formats.with_timeless(reply.rows, reply.timeless) is reply.rows
