"""How fast a load is, beside hand-written DuckDB SQL, DuckDB from Parquet, chDB and the plain floor, all in one run.

    python benchmarks/load.py                      a million events in files of at most 300 and of at most 8 records
    python benchmarks/load.py --events 100000      another size (below some 400,000 the compiled walk is not started)
    python benchmarks/load.py --growth 100000 1000000 10000000    cost of an event as archives grow

Archives are made with ``ctforensics practice --events`` and kept beside each other in ``--place``. Each way runs in a process of its
own, so that peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SQL = """CREATE TABLE events AS
WITH r AS (SELECT unnest(Records) AS r FROM read_json('{files}', columns = {{Records: 'JSON[]'}}, maximum_object_size = 100000000))
SELECT (r->>'eventTime')::TIMESTAMP AS event_time, r->>'eventID' AS event_id, r->>'eventName' AS event_name,
  r->>'eventSource' AS event_source, r->>'awsRegion' AS aws_region, r->>'recipientAccountId' AS recipient_account_id,
  r->>'sourceIPAddress' AS source_ip_address, r->>'userAgent' AS user_agent, r->>'errorCode' AS error_code,
  r->>'errorMessage' AS error_message, (r->>'readOnly')::BOOLEAN AS read_only, r->>'eventType' AS event_type,
  r->>'eventCategory' AS event_category, (r->>'managementEvent')::BOOLEAN AS management_event, r->>'requestID' AS request_id,
  r->>'sharedEventID' AS shared_event_id, r->>'eventVersion' AS event_version, r->>'apiVersion' AS api_version,
  r->>'vpcEndpointId' AS vpc_endpoint_id, r->>'$.userIdentity.arn' AS principal_arn, r->>'$.userIdentity.type' AS type,
  r->>'$.userIdentity.accessKeyId' AS access_key_id, r->>'$.userIdentity.accountId' AS account_id,
  r->'userIdentity' AS user_identity, r->'requestParameters' AS request_parameters, r->'responseElements' AS response_elements,
  r->'additionalEventData' AS additional_event_data, r->'resources' AS resources, r->'tlsDetails' AS tls_details,
  r->'serviceEventDetails' AS service_event_details
FROM r"""


def ours(bucket: Path, work: Path) -> int:
    """A whole load: both hashes, register, duplicates, ledger, index, publication."""
    from ctforensics.case import folder
    from ctforensics.load.roots import add_root
    from ctforensics.load.run import load

    case = folder.create(work / "case")
    add_root(case, bucket, "mirror")
    return load(case).events


def sifted(bucket: Path, work: Path) -> int:
    """The same with --matching and a value that few records hold."""
    from ctforensics.case import folder
    from ctforensics.load.roots import add_root
    from ctforensics.load.run import load

    case = folder.create(work / "case")
    add_root(case, bucket, "mirror")
    wanted = work / "wanted.txt"
    wanted.write_text("AKIANOBODYHASTHISKEY\n198.51.100.254\n")
    return load(case, matching=wanted).records


def sql(bucket: Path, work: Path) -> int:
    """The best hand-written DuckDB SQL over the same files."""
    import duckdb

    con = duckdb.connect(str(work / "sql.duckdb"))
    con.execute(SQL.format(files=f"{bucket}/AWSLogs/*/CloudTrail/**/*.json.gz"))
    return con.execute("SELECT count(*) FROM events").fetchall()[0][0]


def parquet(bucket: Path, work: Path) -> int:
    """DuckDB alone writing our table from Parquet (made beforehand from a case, not counted)."""
    import duckdb

    con = duckdb.connect(":memory:")
    con.execute(f"ATTACH '{work / 'parquet.duckdb'}' AS x (STORAGE_VERSION 'v1.5.0')")
    con.execute(f"CREATE TABLE x.events AS FROM '{bucket.parent / 'events.parquet'}'")
    con.execute("CHECKPOINT x")
    return con.execute("SELECT count(*) FROM x.events").fetchall()[0][0]


def floor(bucket: Path, work: Path) -> int:
    """Open, inflate, hash and parse with the fastest C libraries that Python can call; nothing is stored."""
    import hashlib

    import msgspec
    from isal import isal_zlib

    decoder, count = msgspec.json.Decoder(dict[str, list[msgspec.Raw]]), 0
    for file in (bucket / "AWSLogs").rglob("*.json.gz"):
        if "CloudTrail-Digest" not in file.parts[-7:][0] and "_CloudTrail_" in file.name:
            stored = file.read_bytes()
            content = isal_zlib.decompress(stored, 31)
            hashlib.sha256(stored).digest(), hashlib.sha256(content).digest()
            count += len(decoder.decode(content)["Records"])
    return count


def chdb(bucket: Path, work: Path) -> int:
    """ClickHouse in the process, from the extra ``benchmark``: the same columns as the SQL, into a MergeTree in time order."""
    from chdb import session

    texts = "eventID eventName eventSource awsRegion recipientAccountId sourceIPAddress userAgent errorCode errorMessage eventType"
    texts += " eventCategory requestID sharedEventID eventVersion apiVersion vpcEndpointId"
    objects = (
        "userIdentity requestParameters responseElements additionalEventData resources tlsDetails serviceEventDetails"
    )
    columns = [f"JSONExtractString(r, '{name}') AS {name}" for name in texts.split()]
    columns += [f"JSONExtractBool(r, '{name}') AS {name}" for name in ("readOnly", "managementEvent")]
    columns += [
        f"JSONExtractString(r, 'userIdentity', '{name}') AS {name}"
        for name in ("arn", "type", "accessKeyId", "accountId")
    ]
    columns += [f"JSONExtractRaw(r, '{name}') AS {name}" for name in objects.split()]
    with session.Session(str(work / "chdb")) as run:
        run.query("CREATE DATABASE b")
        run.query(f"""CREATE TABLE b.e ENGINE = MergeTree ORDER BY t AS
            SELECT parseDateTimeBestEffort(JSONExtractString(r, 'eventTime')) AS t, {", ".join(columns)}
            FROM (SELECT arrayJoin(JSONExtractArrayRaw(line, 'Records')) AS r
                  FROM file('{bucket}/AWSLogs/*/CloudTrail/**/*.json.gz', 'LineAsString', 'line String'))""")
        return int(str(run.query("SELECT count() FROM b.e")).strip())


WAYS = {"ours": ours, "ours, sifted": sifted, "sql": sql, "parquet": parquet, "floor": floor, "chdb": chdb}


def measure(way: str, bucket: Path) -> dict[str, float] | None:
    """Runs one way in a fresh process; None where it cannot run here."""
    with tempfile.TemporaryDirectory(dir=bucket.parent) as work:
        done = subprocess.run(
            [sys.executable, __file__, "--run", way, str(bucket), work], capture_output=True, text=True, env=os.environ
        )
        if done.returncode:
            print(f"  {way}: not run ({done.stderr.strip().splitlines()[-1] if done.stderr else done.returncode})")
            return None
        return json.loads(done.stdout)


def run(way: str, bucket: Path, work: Path) -> None:
    """The body of such a process: prints what it took as JSON."""
    if way == "make parquet":
        parquet_of(bucket)
        return
    before, cpu = time.perf_counter(), time.process_time()
    events = WAYS[way](bucket, work)
    took = time.perf_counter() - before
    mine, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    size = sum(f.stat().st_size for f in work.rglob("*") if f.is_file() and f.suffix in (".duckdb", ".bin"))
    print(
        json.dumps(
            {
                "events": events,
                "seconds": took,
                "cpu": time.process_time() - cpu + children.ru_utime + children.ru_stime,
                "memory": mine.ru_maxrss / 1024,
                "memory_worker": children.ru_maxrss / 1024,
                "size": size,
            }
        )
    )


def archive(place: Path, events: int, per_file: int) -> Path:
    """A practice archive of that size; made once."""
    made = place / f"{events}-by-{per_file}"
    if not made.exists():
        command = [sys.executable, "-m", "ctforensics", "practice", "quiet_week", str(made)]
        subprocess.run(
            [*command, "--events", str(events), "--per-file", str(per_file)], check=True, stdout=subprocess.DEVNULL
        )
    return made / "bucket"


def parquet_of(bucket: Path) -> None:
    """The events of a load as Parquet, for the way ``parquet``."""
    target = bucket.parent / "events.parquet"
    if target.exists():
        return
    import duckdb

    with tempfile.TemporaryDirectory(dir=bucket.parent) as work:
        ours(bucket, Path(work))
        with duckdb.connect(str(Path(work) / "case" / "case.duckdb"), read_only=True) as con:
            con.execute(f"COPY events TO '{target}'")


def compare(bucket: Path, events: int, title: str) -> dict[str, tuple[int, float]]:
    """All ways over one archive, with their ratio to ours; returns of each how many files there were and the CPU time."""
    subprocess.run([sys.executable, __file__, "--run", "make parquet", str(bucket), str(bucket)], check=True)
    sizes = [f.stat().st_size for f in bucket.rglob("*_CloudTrail_*.gz")]
    stored = sum(sizes)
    print(f"{title} ({events / len(sizes):.0f} in the mean): {len(sizes):,} files, {stored / 1e6:,.0f} MB as gzip")
    print(
        "  A case larger than that: ids, request ids and keys of 16 bytes three times over (events, places, index) do not shrink,"
    )
    print("  and columns that can be read alone share no text with one another, as the records of one gzip file do.")
    base, spent = None, {}
    for way in WAYS:
        took = measure(way, bucket)
        if took is None:
            continue
        rate = took["events"] / took["seconds"]
        base = base or rate
        spent[way] = len(sizes), took["cpu"]
        print(
            f"  {way:<13} {rate:>10,.0f} records/s   ours is {base / rate:5.2f} times"
            f"   {took['cpu'] / took['events'] * 1e6:6.1f} us CPU a record {took['cpu'] / len(sizes) * 1e6:7.1f} a file"
            f"   {took['memory']:6,.0f} MB (workers {took['memory_worker']:,.0f})"
            + (f"   {took['size'] / stored:4.2f} x gzip" if took["size"] else "")
        )
    return spent


def say_shares(events: int, large: dict[str, tuple[int, float]], small: dict[str, tuple[int, float]]) -> None:
    """What a file costs by itself and what a record does, from two archives of as many records in more and fewer files."""
    print("CPU time of a file by itself, and of each record in it:")
    for way in (way for way in WAYS if way in large and way in small and way != "parquet"):
        (few, less), (many, more) = large[way], small[way]
        file = (more - less) / (many - few)
        print(f"  {way:<13} {file * 1e6:7.1f} us a file {(less - few * file) / events * 1e6:7.1f} us a record")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--growth", type=int, nargs="*", help="sizes at which to print the cost of one event")
    parser.add_argument("--place", type=Path, default=Path(tempfile.gettempdir()) / "ctforensics-benchmark")
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.run:
        run(args.run[0], Path(args.run[1]), Path(args.run[2]))
        return
    args.place.mkdir(parents=True, exist_ok=True)
    from ctforensics.load import compiled

    print(
        f"compiled walk: {compiled.why_not() or 'ready'}; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    if args.growth:
        for events in args.growth:
            took = measure("ours", archive(args.place, events, 300))
            if took:
                print(f"{events:>12,} events: {took['seconds'] / events * 1e6:6.1f} us each, {took['memory']:,.0f} MB")
        return
    large, small = (
        compare(archive(args.place, args.events, per_file), args.events, f"Files of {per_file} records at most")
        for per_file in (300, 8)
    )
    say_shares(args.events, large, small)
    if shutil.disk_usage(args.place).free < 1 << 30:
        print(f"Little space is left; the archives stand in {args.place}.")


if __name__ == "__main__":
    main()
