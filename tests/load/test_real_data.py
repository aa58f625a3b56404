"""Round trip on real data that others published: what comes back is what stood in the files, each as often."""

import gzip
import json
from collections import Counter

import duckdb
import pytest

from ctforensics.case import folder as case_folder
from ctforensics.load.roots import add_root
from ctforensics.load.run import load
from ctforensics.originals.rebuild import record_from_row
from ctforensics.originals.records import originals

SETS = (
    "aws-docs-examples.jsonl",
    "cado-cloudgrep",
    "cloud-custodian-cwe",
    "cribl-cloudtrail-pack",
    "datadog-forwarder",
    "grafana-lambda-promtail",
    "grycap-cloudtrail-tracker",
    "invictus",
    "mozilla-foxsec",
    "ocsf-aws-examples",
    "opensearch-raw-logs",
    "plaso-aws",
    "sans504-august",
    "sekoia-intake-aws",
    "stratus",
    "traildiscover-examples",
    "trailscraper",
    "umccr-flaws-slice",
)
WITHOUT = ("cloudtrail-digest-vectors", "panther-rule-tests", "splunk-security-content-examples", "wazuh-aws")
NAMED = {"eventName", "eventSource", "eventTime", "eventID", "userIdentity", "eventType"}


def documents(text):
    """JSON values one after another, by the standard library alone; where it stops being JSON, the next line is tried."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        while at < len(text) and text[at] in " \t\r\n\ufeff":
            at += 1
        if at >= len(text):
            return
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            at = text.find("\n", at)
            if at < 0:
                return
        else:
            yield value


def is_record(value):
    here = NAMED & value.keys()
    ours = not str(value.get("eventSource", "")).startswith("aws:")
    return ours and (len(here) >= 3 or (here and "eventVersion" in value))


def records_in(value):
    """Whatever looks like a record, however deep it stands and in whatever text: the plainest way."""
    if isinstance(value, list):
        for inner in value:
            yield from records_in(inner)
    elif isinstance(value, dict) and is_record(value):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from records_in(inner)
    elif isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            yield from records_in(json.loads(value))
        except ValueError:
            return


def plainly_read(place):
    for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
        if file.is_file() and file.name[0] != "_":
            data = file.read_bytes()
            data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
            for document in documents(data.decode("utf-8", "replace")):
                yield from records_in(document)


def text(value):
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize("name", SETS)
def test_the_records_that_come_back_are_those_in_the_files(tmp_path, shared_data, name):
    case = case_folder.create(tmp_path / "case")
    add_root(case, shared_data / name)
    result = load(case)
    expected = Counter(map(text, plainly_read(shared_data / name)))
    found = list(originals(case, where="e.fidelity = 'full'"))
    assert Counter(text(o.record) for o in found) == expected
    assert {o.basis for o in found} == {"evidence"}
    assert result.balanced
    with duckdb.connect(str(case.database), read_only=True) as con:
        cursor = con.execute("SELECT * FROM events WHERE fidelity = 'full'")
        names = [column[0] for column in cursor.description]
        rebuilt = {text(record_from_row(dict(zip(names, row, strict=True)))) for row in cursor.fetchall()}
    assert rebuilt == set(expected)


COUNTS = {"invictus": (2900, 2900, 0), "sans504-august": (10853, 8447, 2406)}


@pytest.mark.parametrize("name", COUNTS)
def test_a_real_set_gives_the_numbers_that_are_known_of_it(tmp_path, shared_data, name):
    case = case_folder.create(tmp_path / "case")
    add_root(case, shared_data / name)
    result = load(case)
    assert (result.records, result.events, result.duplicates, result.rejected) == (*COUNTS[name], 0)


def test_no_folder_of_real_data_is_left_out(shared_data):
    here = {path.name for path in shared_data.iterdir() if path.name != "README.md"}
    assert here == {*SETS, *WITHOUT}


@pytest.mark.parametrize("name", WITHOUT)
def test_a_folder_without_cloudtrail_in_json_gives_no_event_and_no_reject(tmp_path, shared_data, name):
    case = case_folder.create(tmp_path / "case")
    add_root(case, shared_data / name)
    result = load(case)
    assert (result.events, result.rejected, set(result.files)) == (0, 0, {"other_kind"})


def in_yaml(place):
    """The records that two sets hold as YAML: tests of detection rules, no shape of evidence."""
    import yaml

    for file in sorted([*place.rglob("*.yml"), *place.rglob("*.yaml")]):
        for document in yaml.load_all(file.read_text("utf-8"), yaml.BaseLoader):
            yield from records_in(json.loads(json.dumps(document)))


@pytest.mark.parametrize(("name", "least"), [("panther-rule-tests", 400), ("splunk-security-content-examples", 40)])
def test_records_that_others_hold_as_yaml_come_back_too(tmp_path, shared_data, name, least):
    said = list(in_yaml(shared_data / name))
    assert len(said) >= least
    (tmp_path / "records.jsonl").write_text("".join(json.dumps(record) + "\n" for record in said))
    case = case_folder.create(tmp_path / "case")
    add_root(case, tmp_path / "records.jsonl")
    result = load(case)
    assert (result.records, result.rejected) == (len(said), 0)
    assert Counter(text(o.record) for o in originals(case)) == Counter(map(text, said))
