"""AWS on loopback for the tests: moto's S3, IAM, STS, KMS, Organizations and CloudTrail, with ListPublicKeys and LookupEvents added."""

from __future__ import annotations

import json
import logging
import os
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import boto3
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.responses import BaseResponse
from moto.server import ThreadedMotoServer

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
}


def environment() -> dict[str, str]:
    """The environment for a child process that talks to this service."""
    return {**os.environ, **CREDENTIALS, "NO_PROXY": "127.0.0.1"}


@dataclass
class Service:
    """A running server. ``public_keys``: region to ListPublicKeys records; ``events``: LookupEvents entries;
    ``denied``: operations (``ListAccounts``) that are refused. What moto does not know is refused as well."""

    url: str
    public_keys: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)

    def reset(self) -> None:
        """Empties everything, for the next test."""
        for held in (self.public_keys, self.events, self.denied):
            held.clear()
        request = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")
        urllib.request.urlopen(request, timeout=30).close()

    def client(self, service: str, region: str = "us-east-1") -> Any:
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )

    def fill(self, bucket: str, objects: dict[str, bytes], metadata: dict[str, dict[str, str]] | None = None) -> None:
        """Makes a bucket with these objects; ``metadata`` is the user metadata by key."""
        s3 = self.client("s3")
        s3.create_bucket(Bucket=bucket)
        for key, body in objects.items():
            s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata=(metadata or {}).get(key, {}))


@contextmanager
def running() -> Iterator[Service]:
    """A server of its own on a free port, empty, stopped at the end."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    host, port = server.get_host_and_port()
    service = Service(f"http://{host}:{port}")
    CloudTrailResponse.list_public_keys = lambda response: _list_public_keys(service, response)
    CloudTrailResponse.lookup_events = lambda response: _lookup_events(service, response)
    genuine = BaseResponse.call_action
    BaseResponse.call_action = lambda response: _refusing(service, response, genuine)
    try:
        yield service
    finally:
        BaseResponse.call_action = genuine
        server.stop()


def _refusing(service: Service, response: Any, genuine: Any) -> Any:
    try:
        if response._get_action() not in service.denied:
            return genuine(response)
    except NotImplementedError:
        pass  # what moto does not know is refused, as for a caller without the right
    body = {"__type": "AccessDeniedException", "Message": "not authorized", "message": "not authorized"}
    if response.service_name in ("iam", "sts", "s3", "ec2"):
        return 403, {}, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
    return 400, {"x-amzn-errortype": "AccessDeniedException"}, json.dumps(body)


def _list_public_keys(service: Service, response: Any) -> str:
    asked = json.loads(response.body or "{}")
    records = []
    for record in service.public_keys.get(response.region, []):
        starts, ends = _epoch(record["ValidityStartTime"]), _epoch(record["ValidityEndTime"])
        if starts <= asked.get("EndTime", ends) and ends >= asked.get("StartTime", starts):
            records.append({**record, "ValidityStartTime": starts, "ValidityEndTime": ends})
    return json.dumps({"PublicKeyList": records})


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _lookup_events(service: Service, response: Any) -> str:
    asked = json.loads(response.body or "{}")
    wanted = {entry["AttributeKey"]: entry["AttributeValue"] for entry in asked.get("LookupAttributes", [])}
    found = [
        event
        for event in service.events.get(response.region, [])
        if all(event.get(name) == value for name, value in wanted.items())
        and asked.get("StartTime", 0) <= event["EventTime"] <= asked.get("EndTime", datetime.max.timestamp())
    ]
    found.sort(key=lambda event: -event["EventTime"])
    start = int(asked.get("NextToken", 0))
    page = {"Events": found[start : start + 50]}
    if start + 50 < len(found):
        page["NextToken"] = str(start + 50)
    return json.dumps(page)
