"""Envelopes around a record change nothing of it."""

import base64
import gzip
import json

import pytest

from ctforensics.logs import cloudtrail
from ctforensics.trail import canonical, fast
from ctforensics.unwrap import envelope

HEAD = '"eventVersion":"1.08","eventName":"A","eventSource":"iam.amazonaws.com"'
ODD = {
    "number_text": f'{{{HEAD},"n":1.50}}',
    "duplicate_member": f'{{{HEAD},"eventName":"B"}}',
    "lone_surrogate": f'{{{HEAD},"userAgent":"\\ud800"}}',
    "not_a_number": f'{{{HEAD},"n":NaN}}',
}
ENVELOPES = {
    "eventbridge": '{{"detail-type":"AWS API Call via CloudTrail","source":"aws.iam","detail":{0}}}',
    "array": '[{{"x":1.50}},{0}]',
    "wrapped": '{{"outer":{0}}}',
    "elastic source": '{{"_source":{{"message":{0}}}}}',
    "records": '{{"Records":[{0}]}}',
    "message text": '{{"message":{1}}}',
    "lookup": '{{"Events":[{{"CloudTrailEvent":{1}}}]}}',
    "twice": '{{"Message":{2}}}',
}


def opened(text, wrap):
    quoted = json.dumps(text)
    whole = wrap.format(text, quoted, json.dumps(f'{{"message":{quoted}}}'))
    return list(envelope.records_in(fast.parse(whole.encode()), "bare"))


@pytest.mark.parametrize("wrap", ENVELOPES)
@pytest.mark.parametrize("flag", ODD)
def test_an_odd_record_has_the_same_key_and_flags_inside_an_envelope(flag, wrap):
    text = ODD[flag]
    ((_, inner),) = opened(text, ENVELOPES[wrap])
    assert canonical.key_of(inner.form) == canonical.event_key(text)
    assert inner.flags == (flag,)


@pytest.mark.parametrize("wrap", ENVELOPES)
def test_a_plain_record_has_no_flags_even_where_the_envelope_is_odd(wrap):
    ((_, inner),) = opened(f"{{{HEAD}}}", ENVELOPES[wrap].replace("{{", '{{"odd":1.50,', 1))
    assert inner.flags == ()
    assert canonical.key_of(inner.form) == canonical.event_key(f"{{{HEAD}}}")


@pytest.mark.parametrize("depth", [50, 400, 900])
def test_an_envelope_that_is_nested_deep_is_no_crash(depth):
    text = '{"message":' * depth + f"{{{HEAD}}}" + "}" * depth
    with pytest.raises(ValueError, match="nested"):
        list(envelope.records_in(fast.parse(text.encode()), "bare"))


def test_packed_texts_of_one_file_are_opened_up_to_a_bound_together_and_the_rest_is_told():
    packed = base64.b64encode(gzip.compress(b"[" + b" " * (1 << 22) + b"]")).decode()
    whole = base64.b64encode(gzip.compress(f"{{{HEAD}}}".encode())).decode()
    lines = [json.dumps({"awslogs": {"data": text}}) for text in (whole, *[packed] * 12, whole)]
    reading = cloudtrail.read("\n".join(lines).encode())
    assert len(reading.records) == 1
    told = [reject for reject in reading.rejects if "hold more than is opened" in reject.detail]
    assert 0 < len(told) < 12 and told[-1].index == max(reject.index for reject in reading.rejects)
    alone = cloudtrail.read("\n".join(lines[1:-1]).encode())
    assert any("hold more than is opened" in reject.detail for reject in alone.rejects), (
        "not taken for another kind of file"
    )
