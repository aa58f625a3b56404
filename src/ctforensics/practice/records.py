"""Records as CloudTrail writes them: members in its order, with the members that the service and its age give.

Source: AWS CloudTrail user guide, "CloudTrail record contents"; shapes after public records of each service.
"""

from __future__ import annotations

from typing import Any

from ctforensics.practice.identities import Actor
from ctforensics.practice.ids import Ids

GLOBAL = {"iam", "organizations", "route53", "cloudfront"}
_VERSIONS = {
    "signin": "1.08",
    "sts": "1.08",
    "s3": "1.11",
    "kms": "1.11",
    "ec2": "1.10",
    "iam": "1.10",
    "lambda": "1.11",
}
_READS = ("Get", "List", "Describe", "Lookup", "Head", "Search", "Simulate", "Filter", "BatchGet", "CheckMfa")
_READ_NAMES = {
    "Decrypt",
    "GenerateDataKey",
    "GenerateCredentialReport",
    "AssumeRole",
    "AssumeRoleWithWebIdentity",
    "Query",
}
_JSON_SERVICES = {"kms", "secretsmanager", "ssm", "cloudtrail", "guardduty", "organizations", "logs", "ecr", "dynamodb"}
CIPHER = "TLS_AES_128_GCM_SHA256"


def is_read_only(name: str) -> bool:
    """Whether CloudTrail marks a call of that name as one that only reads."""
    return name.startswith(_READS) or name in _READ_NAMES


def host_of(service: str, region: str) -> str:
    """The host name that a client asks for."""
    return f"{service}.amazonaws.com" if service in GLOBAL else f"{service}.{region}.amazonaws.com"


def build(
    ids: Ids,
    actor: Actor,
    service: str,
    name: str,
    *,
    at: str,
    region: str,
    account: str,
    params: Any = None,
    response: Any = None,
    error: str | None = None,
    message: str | None = None,
    additional: dict[str, Any] | None = None,
    resources: list[dict[str, Any]] | None = None,
    request_id: str | None = None,
    event_id: str | None = None,
    shared: str | None = None,
    read_only: bool | None = None,
    category: str = "Management",
    event_type: str = "AwsApiCall",
    host: str | None = None,
    details: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """One record. ``service`` is the host's first part (``iam``); ``more`` adds members such as ``vpcEndpointId``."""
    record: dict[str, Any] = {
        "eventVersion": more.pop("version", _VERSIONS.get(service, "1.09")),
        "userIdentity": actor.identity,
        "eventTime": at,
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": actor.address,
        "userAgent": actor.agent,
    }
    if error:
        record["errorCode"] = error
    if message:
        record["errorMessage"] = message
    record["requestParameters"] = params
    record["responseElements"] = response
    if additional is not None:
        record["additionalEventData"] = additional
    if event_type in ("AwsApiCall", "AwsConsoleAction"):
        record["requestID"] = request_id or ids.event()
    record["eventID"] = event_id or ids.event()
    record["readOnly"] = is_read_only(name) if read_only is None else read_only
    if resources is not None:
        record["resources"] = resources
    record["eventType"] = event_type
    record["managementEvent"] = category == "Management"
    record["recipientAccountId"] = account
    if shared:
        record["sharedEventID"] = shared
    if details is not None:
        record["serviceEventDetails"] = details
    record |= more
    record["eventCategory"] = category
    if not actor.is_service and not actor.console and event_type in ("AwsApiCall", "AwsConsoleSignIn"):
        record["tlsDetails"] = {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": CIPHER,
            "clientProvidedHostHeader": host or host_of(service, region),
        }
    if actor.console and event_type == "AwsApiCall":
        record["sessionCredentialFromConsole"] = "true"
    return record


def denial(actor: Actor, service: str, action: str, resource: str | None) -> tuple[str, str]:
    """Error code and message of a refused call: most services name who, what, on what, and why."""
    if service == "ec2":
        return "Client.UnauthorizedOperation", (
            f"You are not authorized to perform this operation. User: {actor.arn} is not authorized to perform: {action}"
            " because no identity-based policy allows the action. Encoded authorization failure message: "
            "Zk0pQ2vJ8xGm3Yb7TtL1wq9NcRr5HsDfUaXe6KoViPjBdMgWhC4nEyOzSuFlAI"
        )
    on = f" on resource: {resource}" if resource else ""
    why = f" because no identity-based policy allows the {action} action"
    code = "AccessDeniedException" if service in _JSON_SERVICES else "AccessDenied"
    return code, f"User: {actor.arn} is not authorized to perform: {action}{on}{why}"


def s3(
    ids: Ids,
    actor: Actor,
    name: str,
    bucket: str | None,
    *,
    owner: str,
    region: str,
    key: str | None = None,
    params: dict[str, Any] | None = None,
    sent: Any = 0,
    received: Any = 0,
    **facts: Any,
) -> dict[str, Any]:
    """A record of S3: bracketed agent, both request ids, bucket and object under ``resources``.

    Without a bucket the call is to the account (``ListBuckets``)."""
    host = f"{bucket}.s3.{region}.amazonaws.com" if bucket else f"s3.{region}.amazonaws.com"
    asked = {"bucketName": bucket, "Host": host, "key": key, **(params or {})}
    found: list[dict[str, Any]] = []
    if key is not None:
        found.append({"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/{key}"})
    if bucket:
        found.append({"accountId": owner, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"})
    data = {
        "SignatureVersion": "SigV4",
        "CipherSuite": CIPHER,
        "bytesTransferredIn": sent,
        "AuthenticationMethod": "AuthHeader",
        "x-amz-id-2": facts.pop("host_id", None) or ids.s3_host(),
        "bytesTransferredOut": received,
        **facts.pop("more_data", {}),
    }
    shown = actor if actor.is_service else actor.seen_from(actor.address, f"[{actor.agent}]")
    facts.setdefault("account", owner)
    facts.setdefault("category", "Management" if key is None else "Data")
    facts.setdefault("request_id", ids.s3_request())
    return build(
        ids,
        shown,
        "s3",
        name,
        region=region,
        params={k: v for k, v in asked.items() if v is not None},
        additional=data,
        resources=found or None,
        host=host,
        **facts,
    )
