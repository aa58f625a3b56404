"""Any records, in any shape and container, come back as they were, and the ledger balances."""

import gzip
import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctforensics.originals.rebuild import record_from_row
from ctforensics.originals.records import originals
from ctforensics.trail.columns import TESTIMONY
from tests.load.loading_desk import Desk, record

SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=12)
JSON = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)
NAMES = st.sampled_from([*TESTIMONY, "unheardOf", "", "event time", "eventid"]) | st.text(max_size=5)
RECORDS = st.lists(
    st.dictionaries(NAMES.filter(lambda n: n not in ("eventSource", "eventVersion")), JSON, max_size=5), max_size=6
)
SHAPES = {
    "records": lambda rs: json.dumps({"Records": rs}),
    "compact": lambda rs: json.dumps({"Records": rs}, separators=(",", ":"), ensure_ascii=False),
    "array": json.dumps,
    "lines": lambda rs: "\n".join(map(json.dumps, rs)),
    "together": lambda rs: "".join(map(json.dumps, rs)),
    "pretty": lambda rs: json.dumps({"Records": rs}, indent=1),
    "lookup": lambda rs: json.dumps({"Events": [{"CloudTrailEvent": json.dumps(r)} for r in rs]}),
    "detail": lambda rs: "\n".join(json.dumps({"source": "aws.x", "detail-type": "x", "detail": r}) for r in rs),
    "message": lambda rs: json.dumps({"logEvents": [{"message": json.dumps(r)} for r in rs]}),
}


def text(value):
    return json.dumps(value, sort_keys=True)


@given(RECORDS, st.sampled_from(sorted(SHAPES)), st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_records_in_any_shape_come_back(members, shape, packed):
    said = [{**record(n), **more} for n, more in enumerate(members)]
    data = SHAPES[shape](said).encode("utf-8", "surrogatepass")
    with TemporaryDirectory() as place:
        desk = Desk(Path(place))
        desk.put("a.json", gzip.compress(data) if packed else data)
        result = desk.load(jobs=1)
        assert (result.records, result.rejected, result.balanced) == (len(said), 0, True)
        found = list(originals(desk.case))
        assert Counter(text(o.record) for o in found) == Counter(map(text, said))
        names = [name for (name,) in desk.rows("SELECT column_name FROM (DESCRIBE events)")]
        rows = [dict(zip(names, row, strict=True)) for row in desk.rows("SELECT * FROM events")]
        assert {text(record_from_row(row)) for row in rows} == set(map(text, said))


CUTS = st.integers(0, 100)


@given(st.integers(1, 8), CUTS, st.sampled_from(["records", "compact", "array", "lines", "together", "pretty"]))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_file_that_is_cut_anywhere_gives_every_whole_record_before_the_cut(count, percent, shape):
    said = [record(n) for n in range(count)]
    whole = SHAPES[shape](said)
    cut = whole[: len(whole) * percent // 100]
    with TemporaryDirectory() as place:
        desk = Desk(Path(place))
        desk.put("AWSLogs/a_CloudTrail.json", cut)
        result = desk.load(jobs=1)
        assert result.balanced
        ends = sum(cut.count(f'"id-{n}"') and _is_whole(cut, whole, said[n], shape) for n in range(count))
        assert result.events == ends
        if 0 < len(cut.strip()) < len(whole.strip()) and "eventVersion" in cut:
            assert result.rejected == 1 or (shape in ("lines", "together") and _between(cut, shape))


def _is_whole(cut, whole, one, shape):
    """Whether the record's last brace stands before the cut."""
    following = whole.index(f'"{one["eventID"]}"')
    depth = 1
    for at in range(following, len(cut)):
        depth += {"{": 1, "}": -1}.get(cut[at], 0)
        if depth == 0:
            return True
    return False


def _between(cut, shape):
    return cut.rstrip().endswith("}") and cut.count("{") == cut.count("}")
