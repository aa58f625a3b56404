"""The compiled walk reads what the reference reads, and declines what it does not know."""

import ast
import json
import random
import subprocess
import zipfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ctforensics.case import folder as case_folder
from ctforensics.load import compiled, row, run
from ctforensics.load.roots import add_root
from ctforensics.load.schema import EVENTS, table_of
from ctforensics.logs import cloudtrail
from ctforensics.trail import canonical, fast
from ctforensics.trail.target import LAST, MEMBERS, S3
from tests.load.loading_desk import record, varied
from tests.load.test_bulk import RECORDS
from tests.load.test_safe import PROMISED

HOSTILE = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("\"\\/\b\f\n\r\t\0\x1f\x7f\u2028\U0001f600<>&='")),
    max_size=8,
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64), st.floats(allow_nan=False), HOSTILE),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(HOSTILE, inner, max_size=4)),
    max_leaves=12,
)


@pytest.fixture(autouse=True, scope="module")
def it_compiles_here():
    assert compiled.why_not() is None
    compiled.taped()  # brings in the compiler in the way that a load does, whichever test comes first


def walked(*contents, keep_raw=False):
    """The tables of some contents and the numbers of those that were declined."""
    taken = compiled.taped(keep_raw=keep_raw)
    for number, content in enumerate(contents):
        assert taken.add(number, content, None)
    found, declined = taken.walk()
    return found, declined, *found.tables(found.odd_rows())


def reference(raw):
    parsed = fast.parse(raw)
    return row.make(parsed, delivered=None, fidelity="full", keep_text=None if parsed.exact else raw.decode())


def content_of(raws):
    return b'{"Records":[' + b",".join(raws) + b"]}"


def agrees(raws):
    """Whether the walk takes these texts of records; what it takes has to be what the reference makes of each."""
    content = content_of(raws)
    found, declined, events, sources = walked(content)
    if declined:
        assert events.num_rows == 0
        return False
    order = sources["record_index"].to_pylist()
    expected = [reference(raws[index]) for index in order]
    assert sorted(order) == list(range(len(raws)))
    assert events.to_pylist() == table_of(expected, EVENTS).to_pylist()
    places = zip(sources["byte_offset"].to_pylist(), sources["byte_length"].to_pylist(), strict=True)
    assert [content[offset : offset + length] for offset, length in places] == [raws[index] for index in order]
    assert found.counts() == {0: len(raws)}
    return True


def written(value, ascii_only=False):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only).encode()


@given(RECORDS, st.booleans())
@settings(max_examples=200, deadline=None)
def test_the_walk_gives_the_rows_of_the_reference(drawn, ascii_only):
    agrees([written(made, ascii_only) for made in varied(drawn)])


@given(JSON, JSON, HOSTILE, st.booleans())
@settings(max_examples=300, deadline=None)
@example({"b": "\ud83d\ude00\u00e9\x1f/", "a": [{"z": 1, "y": {}}, []]}, None, '\\"\x00', True)
def test_any_json_in_parameters_and_response_is_kept_as_it_stands(parameters, response, agent, ascii_only):
    made = record(1, requestParameters=parameters, responseElements=response, userAgent=agent)
    agrees([written(made, ascii_only), written(record(2))])


NAMES = st.one_of(
    st.sampled_from(
        (
            "bucketName",
            "bucket",
            "key",
            "prefix",
            "roleArn",
            "id",
            "Name",
            "BUCKETNAME",
            "Key",
            "resourceARN",
            "thatRequest",
            LAST,
        )
    ),
    st.sampled_from(MEMBERS),
)
PLAIN = st.one_of(
    st.sampled_from(("", "a", "arn:aws:s3:::b/c", "arn:aws:iam::1:role/r", 'q"', "\u00e9", None, True, 7, 1.5)),
    st.text(max_size=3),
)
VALUES = st.one_of(
    PLAIN,
    PLAIN,
    st.lists(PLAIN, max_size=2),
    st.dictionaries(st.sampled_from(("content", "value", "userName")), PLAIN, max_size=2),
    st.just({"items": [{"instanceId": "i-1"}]}),
)
OBJECTS = st.one_of(st.none(), st.just("text"), st.dictionaries(NAMES, VALUES, max_size=4))
ARNS = st.dictionaries(st.sampled_from(("ARN", "arn", "ARNPrefix", "type")), PLAIN, max_size=2)
MINTED = st.dictionaries(
    st.sampled_from(("credentials", "accessKey", "user")),
    st.dictionaries(st.sampled_from(("accessKeyId", "userName")), VALUES),
    max_size=2,
)
ABOUT = st.fixed_dictionaries(
    {"eventSource": st.sampled_from((*S3, "ec2.amazonaws.com", "iam.amazonaws.com")), "requestParameters": OBJECTS},
    optional={
        "resources": st.one_of(st.none(), OBJECTS, st.lists(st.one_of(PLAIN, ARNS), max_size=2)),
        "responseElements": st.one_of(st.none(), MINTED, OBJECTS),
        "serviceEventDetails": OBJECTS,
        "errorMessage": st.sampled_from(
            ("", "no", "User: u is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::1:role/r")
        ),
    },
)


@given(st.lists(ABOUT, min_size=1, max_size=4), st.booleans())
@settings(max_examples=400, deadline=None)
def test_what_a_call_was_about_is_what_the_reference_concludes(drawn, ascii_only):
    assert agrees([written(record(number, **changes), ascii_only) for number, changes in enumerate(drawn)])


def test_the_walk_is_sure_of_calls_that_name_plainly_what_they_are_about():
    plain = [
        {"eventSource": "s3.amazonaws.com", "requestParameters": {"bucketName": "b", "key": "k/1", "Host": "h"}},
        {
            "requestParameters": {"userName": "u", "policyArn": "arn:p"},
            "responseElements": {"accessKey": {"accessKeyId": "AKIA1"}},
        },
        {"requestParameters": {"roleArn": "arn:r", "roleSessionName": "s"}, "resources": [{"ARN": "arn:r"}]},
        {"requestParameters": None, "resources": [{"ARN": "arn:x", "accountId": "1"}]},
        {"requestParameters": {"maxResults": 10, "filterSet": []}},
    ]
    found, _, events, _ = walked(content_of([written(record(number, **said)) for number, said in enumerate(plain)]))
    assert found.told.tolist() == [1] * len(plain)
    assert events["target"].to_pylist() == ["b", "u", "arn:r", "arn:x", None]
    assert events["object_key"].to_pylist() == ["k/1", None, None, None, None]
    assert events["requested_role_arn"].to_pylist() == [None, None, "arn:r", None, None]
    assert events["issued_access_key_id"].to_pylist() == [None, "AKIA1", None, None, None]


def test_plain_records_with_escapes_are_taken_and_not_declined():
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*"}]}, indent=1)
    made = record(1, requestParameters={"policyDocument": policy, "a": "\u003c/\u00e9"}, userAgent='x "y" \\ \n')
    assert agrees([written(made, True), written(made), written(made).replace(b"/", b"\\/"), written(record(2))])


@pytest.mark.parametrize(
    "odd",
    [
        b'{"a":1,"a":2}', b'{"a":1e5}', b'{"a":1.50}', b'{"a":0.00001}', b'{"a":-0}', b'{"a":12345678901234567890}', b'{"a":NaN}',
        b'{"a":01}', b'{"a":"\\ud800"}', b'{"a":"\\ud800\\u0041"}', b'{"\\u0061":1}', b'{"a": 1}', b'{"a":"\n"}', b'{"a":1.}', b"[1,]",
        b'{"a":1,}', b'{"a"}', b"{1:2}", b"tru", b"[" * 250 + b"]" * 250, b'{"a":"\\x"}', b'{"a":"\\u00g0"}', b'{"b":1,"a":{"c":1,"c":1}}',
    ],
)  # fmt: skip
def test_what_two_parsers_could_read_differently_is_declined(odd):
    raw = written(record(1)).replace(b'{"userName":"user-1"}', odd)
    assert odd in raw
    assert not agrees([written(record(2)), raw])


@pytest.mark.parametrize("cut", [1, 2, 3, 40, 400])
def test_a_text_that_breaks_off_or_goes_on_is_declined(cut):
    whole = content_of([written(record(n)) for n in range(3)])
    for broken in (
        whole[:-cut],
        whole + b"}",
        whole + b'{"Records":[]}',
        whole[:-2] + b",]}",
        whole.replace(b"},{", b"}{", 1),
    ):
        assert walked(broken)[1] == [0]


def test_files_that_are_declined_leave_no_trace_in_those_beside_them():
    good = [content_of([written(record(n)), written(record(n + 1, unheardOf=1))]) for n in (0, 10, 20)]
    bad = content_of([written(record(50)), written(record(51)) + b" "])
    _, declined, events, sources = walked(good[0], bad, good[1], b'{"Records":[]}', bad, good[2])
    assert declined == [1, 4]
    assert sorted(events["event_id"].to_pylist()) == sorted(f"id-{n}" for n in (0, 1, 10, 11, 20, 21))
    assert sorted(sources["file_no"].to_pylist()) == [0, 0, 2, 2, 5, 5]


def test_mutilated_texts_are_read_as_the_reference_reads_them_or_declined():
    chance, taken = random.Random(7), 0
    base = content_of([written(record(n, requestParameters={"z": [1, {"b": None}], "a": 'x/y\\"'})) for n in range(3)])
    for _ in range(3000):
        changed = bytearray(base)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(12, len(changed))
            changed[at : at + chance.randint(0, 2)] = bytes(
                chance.choice(b'{}[]",:\\u0019azE.-+tfn \n\x00\xc3\xa9') for _ in range(chance.randint(0, 2))
            )
        content = bytes(changed)
        collector = compiled.taped()
        if not collector.add(0, content, None):
            continue
        found, declined = collector.walk()
        if declined:
            continue
        taken += 1
        _, sources = found.tables(found.odd_rows())
        expected = cloudtrail.read(content)
        assert not expected.rejects
        keys = dict(zip(sources["record_index"].to_pylist(), sources["event_key"].to_pylist(), strict=True))
        assert keys == {r.index: canonical.event_key(r.raw) for r in expected.records}
    assert taken > 300


def test_members_that_somebody_stood_upside_down_by_the_thousand_are_left_to_the_reference():
    few, many = ({f"m{n:05d}": n for n in reversed(range(count))} for count in (100, 20_000))
    assert agrees([written(record(1, requestParameters=few))])
    assert not agrees([written(record(1, requestParameters=many))])
    assert agrees([written(record(1, requestParameters=dict(sorted(many.items()))))])


def test_raw_text_is_kept_where_it_is_asked_for():
    raws = [written(record(1)), written(record(2, unheardOf=1))]
    _, _, events, _ = walked(content_of(raws), keep_raw=True)
    assert sorted(events["record_text"].to_pylist()) == sorted(raw.decode() for raw in raws)


@pytest.mark.parametrize("portion", [1, 20_000, 1 << 24])
def test_a_load_by_the_walk_gives_the_rows_of_a_load_without_it(desk, tmp_path, monkeypatch, portion):
    for n in range(30):
        made = [record(n * 20 + k, **({"unheardOf": 1} if k == 7 else {})) for k in range(30)]
        desk.put(f"{n:02d}.json", written({"Records": made}))
    desk.put("odd.json", content_of([written(record(9000)), written(record(9001, eventTime="never"))]))
    desk.put("blank.json", {"Records": [record(9002)]})
    desk.put("broken.json", content_of([written(record(9003))])[:-30])
    with zipfile.ZipFile(desk.evidence / "more.zip", "w") as packed:
        for n in range(5):
            packed.writestr(f"{n}.json", written({"Records": [record(10_000 + n * 10 + k) for k in range(12)]}))
    desk.load(jobs=1)
    other = case_folder.create(tmp_path / "walked")
    add_root(other, desk.evidence, "mirror")
    monkeypatch.setattr(run, "MANY_CHUNKS", 1)
    monkeypatch.setattr("ctforensics.load.taped.PORTION", portion)
    result = run.load(other, jobs=1)
    assert result.balanced
    assert not result.read_slowly
    rows = {}
    for case in (desk.case, other):
        with duckdb.connect(str(case.database), read_only=True) as con:
            rows[case] = {name: con.execute(sql).fetchall() for name, sql in PROMISED.items()}
    assert rows[desk.case] == rows[other]


def test_a_load_says_why_it_was_slow_and_what_it_is_doing(desk, monkeypatch):
    desk.put("a.json", {"Records": [record(1)]})
    monkeypatch.setattr(run, "MANY_CHUNKS", 1)
    monkeypatch.setattr(compiled, "why_not", lambda: "numba is not installed (the extra `speed` brings it)")
    told = []
    result = desk.load(progress=lambda done, total=None, note="": told.append(note))
    assert "Read at half the speed: numba is not installed (the extra `speed` brings it)." in result.lines()
    assert result.to_json()["read_slowly"].startswith("numba is not installed")
    assert told[0].startswith("starting the compiled reader")
    assert [note for note in told if note.startswith("all read")] == told[-3:]


def test_what_was_compiled_and_tried_once_is_not_tried_again(monkeypatch, tmp_path):
    tried = []

    def trying(*arguments, **options):
        tried.append(arguments)
        return subprocess.CompletedProcess(arguments, 0 if len(tried) > 1 else 1, "no compiler", "")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setattr(compiled.subprocess, "run", trying)
    why_not = compiled.why_not.__wrapped__
    assert why_not() == "numba cannot compile here: no compiler"
    assert not compiled.is_ready()
    assert [why_not(), why_not(), len(tried)] == [None, None, 2]
    assert compiled.is_ready()
    monkeypatch.setenv("NUMBA_OPT", "1")  # other code would be made
    assert [why_not(), len(tried)] == [None, 3]


def test_the_compiled_code_is_kept_under_the_hash_of_all_that_went_into_it():
    """A room that the walk takes constants from and that is not hashed would leave old code in force after an upgrade."""
    rooms = compiled._rooms()
    source = Path(compiled.__file__).parents[1]
    walk = [room for room in rooms if "njit" in room.read_text() or "@compiled" in room.read_text()]
    imported = {
        source.joinpath(*node.module.split(".")[1:]).with_suffix(".py")
        for room in walk
        for node in ast.walk(ast.parse(room.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("ctforensics.")
    }
    assert len(walk) >= 5 and imported <= set(rooms)


def test_the_end_of_plain_text_is_found_whatever_bytes_stand_around_it():
    import numpy as np

    from ctforensics.load import nodes

    chance = random.Random(3)
    near = bytes((0, 1, 31, 32, 33, 34, 35, 91, 92, 93, 127, 128, 129, 159, 160, 161, 162, 255))
    for _ in range(3000):
        plain = bytes(chance.choice(near) for _ in range(chance.randrange(30)))
        start = chance.randrange(len(plain) + 1)
        end = chance.randrange(start, len(plain) + 1)
        expected = next((p for p in range(start, end) if plain[p] < 32 or plain[p] in b'"\\'), -1)
        assert nodes._plain_end(np.frombuffer(plain, np.uint8), start, end) == expected
