"""Every label is answered by the question it names, asked with what the labelled record itself says."""

import gzip
import json

import pytest

from ctforensics import practice
from ctforensics.investigation import new_case
from ctforensics.practice import stories


def inputs_of(record):
    """For each needed parameter of a question, the values that one would ask it with."""
    asked, answered = record.get("requestParameters") or {}, record.get("responseElements") or {}
    keys = [
        record["userIdentity"].get("accessKeyId"),
        answered.get("accessKey", {}).get("accessKeyId"),
        asked.get("accessKeyId"),
    ]
    return {
        "access_key_id": [k for k in keys if k],
        "principal": [record["userIdentity"].get("arn")],
        "ips": [[record["sourceIPAddress"]]],
        "bucket": [asked.get("bucketName")],
        "resource": [asked.get("bucketName") or asked.get("keyId") or asked.get("name")],
    }


def tries(question, labelled):
    needed = [p.name for p in question.params if p.required] or [p.name for p in question.params if p.name == "ips"]
    if not needed:
        return [{}]
    (name,) = needed
    found = [{name: value} for record in labelled for value in inputs_of(record)[name] if value]
    return [json.loads(text) for text in sorted({json.dumps(t) for t in found})]


@pytest.mark.parametrize("story", stories.names())
def test_every_label_is_answered_by_the_question_it_names(story, tmp_path):
    made = practice.write(story, tmp_path / "archive")
    loaded = [
        r
        for path in made.bucket.rglob("*.gz")
        for r in json.loads(gzip.decompress(path.read_bytes())).get("Records", [])
    ]
    events = {r["eventID"]: r for r in loaded}
    case = new_case(tmp_path / "case", title=story)
    case.load(made.bucket)
    for fact, label in made.facts.items():
        wanted = {e for e in label["answer"] if e in events}
        question = case.catalog.get(label["question"])
        rows = [case.ask(question.name, **t) for t in tries(question, [events[e] for e in wanted])]
        text = "".join(answer.to_csv() for answer in rows)
        assert not {e for e in wanted if e not in text}, fact
