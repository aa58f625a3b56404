"""The real ``aws cloudtrail validate-logs`` against a service on loopback says the same of archives that it can judge."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import aws_service
from support.aws_service import Service
from support.digest_archive import ACCOUNT, BUCKET, FIRST, HOUR, REGION, Archive, shown
from support.digest_cases import build

from ctforensics.verify.result import Verification

ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/management-events"


@pytest.fixture
def service() -> Iterator[Service]:
    with aws_service.running() as running:
        running.reset()  # what an earlier test left in the buckets of this process
        yield running


def publish(service: Service, archive: Archive) -> None:
    for bucket in {bucket for bucket, _ in archive.objects}:
        objects = {key: body for (where, key), body in archive.objects.items() if where == bucket}
        heads = {
            place.partition("/")[2]: head["Metadata"]
            for place, head in archive.sink.metadata.items()
            if place.startswith(f"{bucket}/")
        }
        service.fill(bucket, objects, heads)
    service.public_keys.update(archive.ring.public_keys()["Regions"])


def validate(service: Service, archive: Archive, *options: str, arn: str = ARN) -> tuple[int, str]:
    """Runs the AWS CLI on the archive's window; returns its exit code and everything it printed."""
    aws = Path(sys.executable).with_name("aws")
    command = [str(aws), "cloudtrail", "validate-logs", "--trail-arn", arn, "--region", REGION, "--verbose"]
    since, until = archive.window["since"], archive.window["until"] + HOUR / 60
    command += ["--start-time", f"{since:%Y-%m-%dT%H:%M:%SZ}", "--end-time", f"{until:%Y-%m-%dT%H:%M:%SZ}", *options]
    environment = os.environ | aws_service.CREDENTIALS | {"AWS_ENDPOINT_URL": service.url, "AWS_PAGER": ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stdout + done.stderr


def lines(output: str) -> set[tuple[str, str]]:
    """Place and verdict of every file that the AWS CLI names."""
    found = re.findall(r"(?:Digest|Log) file\ts3://(\S+)\t(valid|INVALID: [^\n]*)", output)
    return {(place, verdict.split(":")[0]) for place, verdict in found}


def ours(result: Verification) -> set[tuple[str, str]]:
    sides = {"ok": "valid", "fail": "INVALID"}
    return {(outcome.key, sides[outcome.verdict]) for outcome in result.files}


@pytest.mark.parametrize("name", ["A01", "A07", "A08", "B01"])
def test_both_say_the_same_of_every_file(name: str, service: Service, tmp_path: Path):
    archive, case = build(name)
    publish(service, archive)
    code, output = validate(service, archive, "--s3-bucket", BUCKET)
    result = archive.verify(tmp_path)
    assert lines(output) == ours(result), output + shown(result)
    assert code == (1 if case.authentic == "fail" else 0), output


def test_both_say_the_same_of_an_organisations_trail(service: Service, tmp_path: Path):
    member = "444455556666"
    made = service.client("organizations").create_organization(FeatureSet="ALL")["Organization"]
    archive = Archive("cases")
    archive.hours(archive.maker(account=member, organization=made["Id"]), 4)
    archive.window = {"since": FIRST - HOUR, "until": FIRST + 3 * HOUR}
    publish(service, archive)
    trail = service.client("cloudtrail").create_trail(
        Name="management-events", S3BucketName=BUCKET, IsOrganizationTrail=True, IsMultiRegionTrail=True
    )
    code, output = validate(service, archive, "--account-id", member, arn=trail["TrailARN"])
    result = archive.verify(tmp_path)
    assert (code, len(lines(output))) == (0, 12), output
    assert lines(output) == ours(result), shown(result)
