"""Whatever an analyst types stays a value: no SQL, no wildcard, no crash, in any question."""

from __future__ import annotations

import pytest

from ctforensics.ask.answering import reply
from ctforensics.ask.catalog import Catalog
from ctforensics.ask.query import run
from ctforensics.errors import ParameterError
from tests.ask.conftest import event

QUESTIONS = list(Catalog.of_case())
HOSTILE = (
    "' OR '1'='1",
    "x'; DROP TABLE events; --",
    '"quoted" and \\back',
    "$since",
    "%",
    "_",
    "Zoë 鍵 🔑 \u202e",
    "arn:aws-cn:iam::111122223333:user/ana",
    "[](){}*?+|^",
    "x" * 5000,
)
CHINA = "arn:aws-cn:iam::111122223333:user/Ana"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A case of four events, opened once for all questions."""
    import json

    from ctforensics.investigation import new_case

    base = tmp_path_factory.mktemp("bad-input")
    (base / "evidence").mkdir()
    identity = {
        "type": "IAMUser",
        "arn": CHINA,
        "accountId": "111122223333",
        "userName": "Ana",
        "accessKeyId": "AKIAEXAMPLECHINA0001",
    }
    records = [
        event("s3", "GetBucketPolicy", requestParameters={"bucketName": "payroll"}),
        event("iam", "CreateUser", requestParameters={"userName": "100%_sure"}),
        event("iam", "ListUsers", userIdentity=identity, awsRegion="cn-north-1"),
        event("sts", "AssumeRole", requestParameters={"roleArn": "arn:aws-us-gov:iam::777788889999:role/x"}),
    ]
    (base / "evidence" / "log.json").write_text(json.dumps({"Records": records}), "utf-8")
    case = new_case(base / "case")
    case.add_evidence(base / "evidence", label="mirror")
    case.load()
    yield case
    case.close()


def _given(question, value):
    """The value for every text parameter of a question; anything for what else it needs."""
    given = {}
    for param in question.params:
        if param.type.startswith("VARCHAR") and not param.choices:
            given[param.name] = [value] if param.type.endswith("[]") else value
        elif param.required:
            given[param.name] = {"TIMESTAMP": "2024-05-02", "BOOLEAN": True}.get(param.type, 1)
    return given


@pytest.mark.parametrize("question", [q for q in QUESTIONS if _given(q, "x")], ids=lambda q: q.name)
def test_no_text_breaks_a_question_or_becomes_sql(small, question):
    for value in HOSTILE:
        run(small.room, question, _given(question, value))
        run(small.room, question, {**_given(question, "x"), "accounts": [value], "regions": [value]})
    assert small.room.sql("SELECT count(*) FROM events")[2] == [(4,)]


@pytest.mark.parametrize(
    ("name", "param"),
    [
        ("actions_by_access_key", "access_key_id"),
        ("actions_by_principal", "principal"),
        ("who_called", "action"),
        ("object_access", "bucket"),
        ("who_changed_bucket_policy", "bucket"),
        ("activity_by_user_agent", "agent"),
        ("activity_by_role_session", "session_name"),
        ("resource_change_history", "resource"),
        ("actions_by_source_ip", "ips"),
    ],
)
@pytest.mark.parametrize("wildcard", ["%", "_", "%%", "AKIA%", "a_a"])
def test_signs_of_like_stand_for_themselves(small, name, param, wildcard):
    question = small.catalog.get(name)
    assert run(small.room, question, {param: wildcard}).rows == []


def test_a_percent_sign_is_found_where_it_stands(small):
    rows = run(small.room, small.catalog.get("search_anywhere"), {"needle": "100%_sure"}).rows
    assert len(rows) == 1
    assert run(small.room, small.catalog.get("search_anywhere"), {"needle": "100x_sure"}).rows == []


@pytest.mark.parametrize("value", [CHINA, CHINA.lower(), "ana", "ANA", CHINA.upper()])
def test_names_of_principals_are_found_without_regard_to_case_as_iam_holds_them(small, value):
    rows = run(small.room, small.catalog.get("actions_by_principal"), {"principal": value}).dicts()
    assert CHINA in {row["actor"] for row in rows}


def test_access_keys_are_compared_exactly(small):
    question = small.catalog.get("actions_by_access_key")
    assert len(run(small.room, question, {"access_key_id": "AKIAEXAMPLECHINA0001"}).rows) == 1
    assert run(small.room, question, {"access_key_id": "akiaexamplechina0001"}).rows == []


def test_arns_of_other_partitions_are_read(small):
    (row,) = run(small.room, small.catalog.get("cross_account_access_out"), {}).dicts()
    assert row["outside_account"] == "777788889999"
    assert len(run(small.room, small.catalog.get("actions_by_resource"), {"resource": "payroll"}).rows) == 1
    buckets = small.room.sql("SELECT bucket_of('arn:aws-us-gov:s3:::payroll/x'), bucket_of('arn:aws-cn:s3:::payroll')")[
        2
    ]
    assert buckets == [("payroll", "payroll")]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_a_reversed_window_is_refused_by_every_question(small, question):
    with pytest.raises(ParameterError, match="reversed or empty"):
        run(small.room, question, {**_given(question, "x"), "since": "2024-05-03", "until": "2024-05-02"})


def test_empty_lists_mean_all_and_an_empty_required_list_is_refused(small):
    question = small.catalog.get("rare_events")
    assert run(small.room, question, {"accounts": [], "regions": ""}).rows == run(small.room, question, {}).rows
    with pytest.raises(ParameterError, match="needs a value for 'ids'"):
        reply(small.room, small.catalog.get("event_by_id"), {"ids": []})


def test_dates_with_offsets_are_instants(small):
    question = small.catalog.get("who_called")
    found = [
        len(run(small.room, question, {"action": "ListUsers", "since": since}).rows)
        for since in ("2024-05-02T00:00:00+00:00", "2024-05-02T09:00:00+09:00", "2024-05-03T12:00:00-11:00")
    ]
    assert found == [1, 1, 0]
