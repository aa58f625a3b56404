"""Verify against the plain floor and against ``aws cloudtrail validate-logs``, in one run.

``python benchmarks/verify.py [--logs 10000] [--more 100000] [--aws 2000]``: writes practice archives into a temporary folder, then
prints the floor (walk, open, inflate with libdeflate, SHA-256; in threads, and in processes with their start), ours, the AWS CLI against a server on loopback whose own speed is printed
beside it, and the peak memory for two sizes of archive. Rates are files a second; the best of several rounds, in turns.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import deflate

from ctforensics.practice.keys import KeyRing
from ctforensics.practice.maker import TrailMaker
from ctforensics.practice.sinks import FolderSink

BUCKET, ACCOUNT, REGION = "bench-bucket", "111122223333", "us-east-1"
FIRST, PER_DIGEST, RECORDS = datetime(2024, 1, 1, 0, 17, 28), 12, 9
MEASURE = """
import json, resource, sys, time
from pathlib import Path
from ctforensics.evidence.child import Child
from ctforensics.verify.cases import verify_path

def highest(process):
    said = Path(f"/proc/{process}/status")  # ru_maxrss of a process counts what its parent held when it began
    return int(said.read_text().split("VmHWM:")[1].split()[0]) / 1024 if said.exists() else 0

def noted_kill(child, kill=Child.kill):
    children.append(highest(child.pid))
    return kill(child)

folder, children, Child.kill = Path(sys.argv[1]), [], noted_kill
began, cpu = time.perf_counter(), time.process_time()
result = verify_path(folder / "bucket", public_keys=folder / "keys.json", metadata=folder / "heads.json", jobs=int(sys.argv[2]))
took, used = time.perf_counter() - began, time.process_time() - cpu
assert result.authentic == "ok", result.counts
apart = resource.getrusage(resource.RUSAGE_CHILDREN)
peak = highest("self") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"files": result.counts["objects"], "wall": took, "own": used, "cpu": used + apart.ru_utime + apart.ru_stime, "peak": peak, "children": children}))
"""


PART = """
import hashlib, os, sys, deflate
names = [f"{base}/{name}" for base, _, found in os.walk(sys.argv[1]) for name in found]
for name in names[int(sys.argv[2]) :: int(sys.argv[3])]:
    with open(name, "rb") as stream:
        hashlib.sha256(deflate.gzip_decompress(stream.read())).digest()
print(len(names))
"""


def content(chosen: random.Random, hour: int) -> bytes:
    """A log file of nine records, about 9 KB, as hard to compress as real ones."""
    one = (
        '{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROA%016X:i-%016x","arn":"arn:aws:sts::111122223333:'
        'assumed-role/app/i-%016x","accountId":"111122223333","accessKeyId":"ASIA%016X","sessionContext":{"sessionIssuer":{"type":"Role",'
        '"principalId":"AROAEXAMPLE","arn":"arn:aws:iam::111122223333:role/app","accountId":"111122223333","userName":"app"},"attributes":'
        '{"mfaAuthenticated":"false","creationDate":"2024-01-01T00:00:00Z"}}},"eventTime":"2024-01-01T00:00:00Z","eventSource":'
        '"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1","sourceIPAddress":"10.0.1.%d","userAgent":"[aws-sdk-java/1.12]",'
        '"requestParameters":{"bucketName":"data","key":"%016x"},"responseElements":null,"requestID":"%016X","eventID":"%032x",'
        '"readOnly":true,"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111122223333","eventCategory":"Data"}'
    )
    bits = chosen.getrandbits
    records = (
        one % (bits(64), bits(64), bits(64), bits(64), bits(8), bits(64), bits(64), bits(128)) for _ in range(RECORDS)
    )
    return f'{{"Records":[{",".join(records)}]}}'.encode()


class Level6(FolderSink):
    """Objects compressed as CloudTrail's are (zlib, level 6)."""

    def put(self, bucket: str, key: str, content: bytes, metadata: dict[str, str] | None = None) -> None:
        super().put(bucket, key, content, metadata)
        self.path(bucket, key).write_bytes(gzip.compress(content, 6, mtime=0))


def make(folder: Path, logs: int) -> Path:
    """An archive of so many log files in hours of twelve, its keys and its heads."""
    chosen, sink, ring = random.Random(1), Level6(folder / "bucket"), KeyRing("bench", FIRST)
    maker = TrailMaker(sink, ring, bucket=BUCKET, account=ACCOUNT, region=REGION)
    for hour in range(-(-logs // PER_DIGEST)):
        end = FIRST + timedelta(hours=hour)
        for number in range(min(PER_DIGEST, logs - hour * PER_DIGEST)):
            maker.deliver(content(chosen, hour), end - timedelta(minutes=58 - 4 * number))
        maker.close_hour(end)
    (folder / "keys.json").write_text(json.dumps(ring.public_keys()))
    (folder / "heads.json").write_text(json.dumps(sink.metadata))
    return folder


def floor(folder: Path, threads: int, cpu: list[float]) -> float:
    """Files a second of the plain floor: walk, open, inflate, SHA-256, nothing else. Notes CPU seconds a file in ``cpu``."""
    began, used = time.perf_counter(), time.process_time()
    names = [f"{base}/{name}" for base, _, found in os.walk(folder / "bucket") for name in found]

    def part(first: int) -> None:
        for name in names[first::threads]:
            with open(name, "rb") as stream:
                hashlib.sha256(deflate.gzip_decompress(stream.read())).digest()

    if threads == 1:
        part(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(part, range(threads)))
    cpu.append((time.process_time() - used) / len(names))
    return len(names) / (time.perf_counter() - began)


def floor_apart(folder: Path, processes: int) -> float:
    """Files a second of the same floor in processes that share the files, their start included."""
    began = time.perf_counter()
    command = [sys.executable, "-c", PART, str(folder / "bucket")]
    parts = [
        subprocess.Popen([*command, str(part), str(processes)], stdout=subprocess.PIPE, text=True)
        for part in range(processes)
    ]
    counted = [int(part.communicate()[0]) for part in parts]
    return counted[0] / (time.perf_counter() - began)


def ours(folder: Path, jobs: int) -> dict[str, Any]:
    """One run of ours in a process of its own: files, wall and CPU seconds (``own`` without its readers), peak memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder), str(jobs)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


class Bucket(BaseHTTPRequestHandler):
    """Enough of S3 and CloudTrail for validate-logs: location, listing, objects with their metadata, ListPublicKeys."""

    protocol_version = "HTTP/1.1"
    wbufsize = (
        1 << 16
    )  # head and body leave together, or each answer would wait for the client's delayed acknowledgement
    disable_nagle_algorithm = True
    folder: Path
    heads: dict[str, Any]
    keys: list[dict[str, Any]]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(json.dumps({"PublicKeyList": self.keys}).encode(), {"Content-Type": "application/x-amz-json-1.1"})

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query, path = parse_qs(parts.query, keep_blank_values=True), unquote(parts.path).lstrip("/")
        bucket, _, key = path.partition("/")
        if key:
            head = self.heads.get(f"{bucket}/{key}", {}).get("Metadata", {})
            self._answer((self.folder / "bucket" / key).read_bytes(), {f"x-amz-meta-{n}": v for n, v in head.items()})
        elif "location" in query:
            self._answer(b'<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>')
        else:
            self._answer(self._listing(query))

    def _listing(self, query: dict[str, list[str]]) -> bytes:
        prefix, marker = query.get("prefix", [""])[0], query.get("marker", query.get("start-after", [""]))[0]
        known = [k for k in (p.partition("/")[2] for p in self.heads) if k.startswith(prefix) and k > marker]
        page = sorted(known)[:1000]
        rows = "".join(
            f"<Contents><Key>{escape(k)}</Key><LastModified>2024-01-01T00:00:00.000Z</LastModified><Size>1</Size></Contents>"
            for k in page
        )
        more = "true" if len(known) > 1000 else "false"
        return f"<ListBucketResult><IsTruncated>{more}</IsTruncated>{rows}</ListBucketResult>".encode()

    def _answer(self, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(200)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


def serve(folder: Path) -> ThreadingHTTPServer:
    """A server on loopback over an archive."""
    records = json.loads((folder / "keys.json").read_text())["Regions"][REGION]
    stamps = ("ValidityStartTime", "ValidityEndTime")
    Bucket.keys = [r | {s: datetime.fromisoformat(r[s]).timestamp() for s in stamps} for r in records]
    Bucket.folder, Bucket.heads = folder, json.loads((folder / "heads.json").read_text())
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def server_rate(server: ThreadingHTTPServer, count: int = 1000) -> float:
    """GETs a second that the server alone can do, on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1])
    key, began = next(iter(Bucket.heads)), time.perf_counter()
    for _ in range(count):
        connection.request("GET", f"/{key}")
        connection.getresponse().read()
    return count / (time.perf_counter() - began)


def aws(folder: Path, logs: int) -> tuple[float, float]:
    """Log files a second of the AWS CLI, and GETs a second of the server by itself."""
    server = serve(folder)
    hours = -(-logs // PER_DIGEST)
    environment = os.environ | {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_address[1]}",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "EXAMPLE",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    arn = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/management-events"
    window = [
        "--start-time",
        "2023-12-31T00:00:00Z",
        "--end-time",
        f"{FIRST + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}",
    ]
    command = [str(Path(sys.executable).with_name("aws")), "cloudtrail", "validate-logs", "--trail-arn", arn]
    began = time.perf_counter()
    done = subprocess.run(
        [*command, *window, "--s3-bucket", BUCKET, "--region", REGION],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    took = time.perf_counter() - began
    if f"{logs}/{logs} log files valid" not in done.stdout:
        raise SystemExit(f"the AWS CLI did not validate the archive:\n{done.stdout}{done.stderr}")
    rate = server_rate(server)
    server.shutdown()
    return logs / took, rate


def best(rounds: int, *measures: Callable[[], float]) -> list[float]:
    """The best of each measure, taken in turns, so that a busy moment hurts all of them."""
    results = [[measure() for measure in measures] for _ in range(rounds)]
    return [max(column) for column in zip(*results, strict=True)]


def memory(run: dict[str, Any]) -> str:
    """The peak memory of one run, that of its readers beside it."""
    readers = f" and {sum(run['children']):,.0f} MB in {len(run['children'])} readers" if run["children"] else ""
    return f"{run['peak']:>9,.0f} MB{readers}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--logs", type=int, default=10_000)
    parser.add_argument(
        "--more", type=int, default=100_000, help="log files of the second archive, for memory (0: none)"
    )
    parser.add_argument("--aws", type=int, default=2_000, help="log files that the AWS CLI validates (0: none)")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ctforensics-bench-") as place:
        small = make(Path(place) / "small", args.logs)
        runs: list[dict[str, Any]] = []
        cpu: list[float] = []

        def measured(jobs: int) -> float:
            run = ours(small, jobs)
            runs.append(run)
            return run["files"] / run["wall"]

        one, two, apart, mine1, mine2 = best(
            args.rounds,
            lambda: floor(small, 1, cpu),
            lambda: floor(small, 2, []),
            lambda: floor_apart(small, 2),
            lambda: measured(1),
            lambda: measured(2),
        )
        mine = max(mine1, mine2)
        print(
            f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, {args.logs:,} log files of {RECORDS} records"
        )
        print(f"floor          {one:>9,.0f} files/s with 1 thread, {two:,.0f} with 2; {apart:,.0f} with 2 processes")
        print(f"ctforensics    {mine1:>9,.0f} files/s alone: {mine1 / one:.0%} of 1 thread, {mine1 / two:.0%} of 2")
        print(
            f"               {mine2:>9,.0f} files/s with 2 readers: {mine2 / one:.0%} of 1 thread, {mine2 / two:.0%} of 2, {mine2 / apart:.0%} of 2 processes"
        )
        used = [
            min((run["cpu"] / run["files"] for run in runs if bool(run["children"]) == many), default=0)
            for many in (False, True)
        ]
        print(
            f"CPU            {min(cpu) * 1e6:>9.1f} us a file for the floor, {used[0] * 1e6:.1f} for ours alone ({min(cpu) / used[0]:.0%} of it), {used[1] * 1e6:.1f} with its readers"
        )
        if args.aws:
            rate, server = aws(make(Path(place) / "aws", args.aws), args.aws)
            print(
                f"aws cli        {rate:>9,.0f} logs/s, start included (server alone {server:,.0f} GET/s): ours is {mine / rate:.0f} times as fast"
            )
        print(f"peak memory    {memory(runs[-1])} for {args.logs:,} log files")
        if args.more:
            print(f"               {memory(ours(make(Path(place) / 'more', args.more), 2))} for {args.more:,}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
