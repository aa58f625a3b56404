"""Records taken together become the rows that each becomes alone."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ctforensics.load import row
from ctforensics.load.bulk import Bulk
from ctforensics.load.schema import EVENTS, table_of
from ctforensics.trail import fast
from ctforensics.trail.columns import TESTIMONY
from tests.load.loading_desk import varied

ODD = st.sampled_from(
    [
        None,
        "",
        "x",
        "true",
        "True",
        1,
        0.5,
        True,
        False,
        [],
        {},
        ["a"],
        {"a": 1},
        "2024-05-02T06:00:00Z",
        "2024-02-30T06:00:00Z",
    ]
    + [
        "AWS Internal",
        "10.0.0.1",
        "Failed authentication",
        "AccessDenied",
        "Client.DryRunOperation",
        "\u00e9\0",
        "Insight",
    ]
    + [
        {"MFAUsed": "Yes"},
        {"ConsoleLogin": "Failure"},
        {"bucketName": "b", "key": "k"},
        {"credentials": {"accessKeyId": "ASIA1"}},
    ]
    + [{"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/R/s"}, [{"ARN": "arn:aws:s3:::b/k"}]]
)
NAMES = st.sampled_from([*TESTIMONY, "unheardOf", "eventId", "@timestamp"])
RECORDS = st.lists(
    st.tuples(
        st.integers(0, 99),
        st.dictionaries(NAMES, ODD, max_size=6),
        st.sets(st.sampled_from(list(TESTIMONY)), max_size=4),
    ),
    min_size=1,
    max_size=8,
)


@given(RECORDS)
@example([(0, {"eventTime": None, "sessionCredentialFromConsole": ""}, set())])
@settings(max_examples=200, deadline=None)
def test_the_fast_way_gives_the_rows_of_the_reference(drawn):
    records = varied(drawn)
    content = json.dumps({"Records": records}, separators=(",", ":"), ensure_ascii=False).encode()
    bulk = Bulk()
    if bulk.add(0, content, None) is None:  # a record without source or name: the careful way takes the whole file
        return
    events, sources = bulk.tables()
    expected = []
    at = []
    for made in records:
        raw = json.dumps(made, separators=(",", ":"), ensure_ascii=False).encode()
        expected.append(row.make(fast.parse(raw), delivered=None, fidelity="full", keep_text=None))
        at.append(raw)
    assert events.to_pylist() == table_of(expected, EVENTS).to_pylist()
    places = zip(sources["byte_offset"].to_pylist(), sources["byte_length"].to_pylist(), strict=True)
    assert [content[offset : offset + length] for offset, length in places] == at
