"""What is opened takes bounded memory, and what is beyond a bound is told with a code."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.digest_archive import ACCOUNT, Archive, codes, shown
from support.digest_cases import place, usual
from support.memory import measured

from ctforensics.verify.reading import LIMITS

VERIFY = """
import sys
from pathlib import Path
from ctforensics.verify.cases import verify_path
result = verify_path(Path(sys.argv[1]))
print(result.authentic, result.counts["codes"])
"""
NAME = f"{ACCOUNT}_CloudTrail_us-east-1_20240309T2010Z_aaaaaaaaaaaaaaaa.json.gz"
DIGEST = b'{"awsAccountId":"111122223333","digestStartTime":"2024-03-09T19:17:28Z","logFiles":['
LOG = b'{"s3Bucket":"b","s3Object":"k","hashValue":"%s","hashAlgorithm":"SHA-256"},' % (b"a" * 64)


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows does not say how much memory a process took at its highest"
)
@pytest.mark.parametrize(
    ("name", "content", "said", "most"),
    [
        # Up to 300 times what is stored, here some 60 MB: it is held once, and beyond them it is refused.
        pytest.param(NAME, lambda: b"\0" * (192 << 20), "{'L_FORMAT': 1}", 135, id="a gzip bomb"),
        pytest.param(
            "x.json.gz", lambda: DIGEST + LOG * 600_000 + b"{}]}", "{'D_BAD_FORMAT': 1}", 180, id="a huge digest"
        ),
        pytest.param(
            "x.json.gz", lambda: DIGEST + b"{}," * 5_000_000 + b"{}]}", "{'D_BAD_FORMAT': 1}", 90, id="tiny values"
        ),
        pytest.param(
            "result_sign.json.gz",
            lambda: b'{"hashSignature":1,"files":[' + b"{}," * 5_000_000 + b"{}]}",
            "{'Q_BAD_FORMAT': 1}",
            90,
            id="a huge sign file",
        ),
    ],
)
def test_a_small_file_that_grows_takes_little_memory_and_is_told(
    name: str, content: Callable[[], bytes], said: str, most: int, tmp_path: Path
):
    stored = gzip.compress(content(), 6)
    assert len(stored) < 2 << 20
    (tmp_path / name).write_bytes(stored)
    lines, peak = measured(VERIFY, str(tmp_path))
    assert lines == [f"fail {said}"]
    assert peak < most, peak


def test_how_long_a_digest_may_be_can_be_said(archive: Archive, tmp_path: Path):
    maker = usual(archive, 4)
    size = len(archive.content(place(maker.digests[2])))
    narrow = archive.verify(tmp_path, limits=replace(LIMITS, digest=size - 1))
    assert codes(narrow)["D_BAD_FORMAT"] == 3, shown(narrow)
    assert "--max-digest" in next(o.detail for o in narrow.files if o.code == "D_BAD_FORMAT")
    assert codes(archive.judge(tmp_path, limits=replace(LIMITS, digest=size))) == {}
