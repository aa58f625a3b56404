"""Things destroyed and people locked out: databases, backups, secrets, access, the organization's guards, domains.

The shape follows public reports of extortion and of accounts taken over.
"""

from __future__ import annotations

import json

from ctforensics.practice import identities
from ctforensics.practice.company import ATTACKER, HOME, OFFICE_BEN, PRODUCTION
from ctforensics.practice.identities import Actor
from ctforensics.practice.maker import instant
from ctforensics.practice.stage import Stage, Story
from ctforensics.practice.stories import _everyday
from ctforensics.practice.stories._steps import REFUSED, steps


def script(stage: Stage) -> None:
    _everyday.workdays(stage, 2)
    _everyday.operations(stage)
    _decoys(stage)
    at = stage.at(2, "00:50:00")
    root = identities.root(PRODUCTION, stage.company.ids.key("ASIA", PRODUCTION, "root", at), instant(at), ATTACKER, mfa=False)  # fmt: skip
    stage.clue = ATTACKER
    _lock_out(stage, root)
    _backups(stage, root)
    _data(stage, root)
    _guards(stage, root)


def _arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{HOME}:{PRODUCTION}:{name}"


def _decoys(stage: Stage) -> None:
    """Ben takes down his test database, with a last snapshot, and removes an old route."""
    ben = stage.company.user("ben", address=OFFICE_BEN)
    steps(
        stage, 1, ben, "benign_deletion", "database_and_storage_deletions", "A test database, with a last snapshot.",
        ("15:00:00", "rds", "DeleteDBInstance", {"dBInstanceIdentifier": "test-ben", "skipFinalSnapshot": False, "finalDBSnapshotIdentifier": "test-ben-last"}),
    )  # fmt: skip
    steps(
        stage, 1, ben, "benign_route", "routing_changes", "A route that is no longer needed.",
        ("15:20:00", "ec2", "DeleteRoute", {"routeTableId": "rtb-0a1b2c3d", "destinationCidrBlock": "10.20.0.0/16"}),
    )  # fmt: skip


def _lock_out(stage: Stage, root: Actor) -> None:
    anna, carol = stage.company.user("anna"), stage.company.user("ci-deploy")
    steps(
        stage, 2, root, "locked_out", "access_removal", "Passwords, keys and factors of others are taken.",
        ("01:00:00", "iam", "DeleteLoginProfile", {"userName": "anna"}),
        ("01:00:30", "iam", "UpdateAccessKey", {"userName": "anna", "accessKeyId": anna.key, "status": "Inactive"}),
        ("01:01:00", "iam", "DeactivateMFADevice", {"userName": "ben", "serialNumber": f"arn:aws:iam::{PRODUCTION}:mfa/ben"}),
        ("01:01:30", "iam", "DeleteAccessKey", {"userName": "ci-deploy", "accessKeyId": carol.key}),
    )  # fmt: skip


def _backups(stage: Stage, root: Actor) -> None:
    points = [
        (f"01:1{n}:00", "backup", "DeleteRecoveryPoint", {"backupVaultName": "main", "recoveryPointArn": _arn("backup", f"recovery-point:{n}")})
        for n in range(4)
    ]  # fmt: skip
    snaps = [(f"01:2{n}:00", "ec2", "DeleteSnapshot", {"snapshotId": stage.company.ids.resource("snap", n)}) for n in range(4)]  # fmt: skip
    steps(
        stage, 2, root, "backups_destroyed", "backup_destruction", "Recovery points, snapshots, then the vault.",
        *points, *snaps,
        ("01:26:00", "backup", "DeleteBackupVault", None, REFUSED, {"denied_on": _arn("backup", "backup-vault:main")}),
        ("01:27:00", "rds", "ModifyDBInstance", {"dBInstanceIdentifier": "orders", "backupRetentionPeriod": 0}),
    )  # fmt: skip


def _data(stage: Stage, root: Actor) -> None:
    gone = steps(
        stage, 2, root, "data_destroyed", "database_and_storage_deletions", "Databases, tables and volumes, no last snapshot.",
        ("01:30:00", "rds", "DeleteDBInstance", {"dBInstanceIdentifier": "orders", "skipFinalSnapshot": True, "deleteAutomatedBackups": True}),
        ("01:31:00", "rds", "DeleteDBCluster", {"dBClusterIdentifier": "ledger", "skipFinalSnapshot": True}),
        ("01:32:00", "dynamodb", "DeleteTable", {"tableName": "sessions"}),
        ("01:33:00", "ec2", "DeleteVolume", {"volumeId": stage.company.ids.resource("vol", "files")}),
        ("01:34:00", "elasticfilesystem", "DeleteFileSystem", {"fileSystemId": "fs-0a1b2c3d"}),
    )  # fmt: skip
    stage.fact("many_deletions", "mass_deletions", "All of it within half an hour.", *gone[:2])
    steps(
        stage, 2, root, "secret_destroyed", "secret_changes", "A secret is deleted without recovery.",
        ("01:36:00", "secretsmanager", "DeleteSecret", {"secretId": "orders/db", "forceDeleteWithoutRecovery": True}),
    )  # fmt: skip


def _guards(stage: Stage, root: Actor) -> None:
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    steps(
        stage, 2, root, "organization_left", "org_changes", "A guard is taken off, leaving is tried.",
        ("01:40:00", "organizations", "DetachPolicy", {"policyId": "p-0a1b2c3d", "targetId": PRODUCTION}),
        ("01:40:40", "organizations", "UpdatePolicy", {"policyId": "p-11223344", "content": policy}),
        ("01:41:00", "organizations", "LeaveOrganization", None, REFUSED, {"denied_on": "*"}),
    )  # fmt: skip
    steps(
        stage, 2, root, "domain_moved", "domain_registration_changes", "A domain is unlocked and given away.",
        ("01:45:00", "route53domains", "DisableDomainTransferLock", {"domainName": "example.com"}),
        ("01:46:00", "route53domains", "TransferDomainToAnotherAwsAccount", {"domainName": "example.com", "accountId": "777788889999"}),
    )  # fmt: skip
    entry = {"networkAclId": "acl-0a1b2c3d", "ruleNumber": 1, "aclProtocol": "-1", "ruleAction": "allow", "egress": False, "cidrBlock": "0.0.0.0/0", "portRange": {}}  # fmt: skip
    steps(
        stage, 2, root, "network_opened", "nacl_changes", "Everything is let into the network.",
        ("01:50:00", "ec2", "CreateNetworkAclEntry", entry),
    )  # fmt: skip
    steps(
        stage, 2, root, "way_out", "routing_changes", "A new way out.",
        ("01:51:00", "ec2", "CreateRoute", {"routeTableId": "rtb-0a1b2c3d", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "igw-0a1b2c3d"}),
        ("01:52:00", "ec2", "AllocateAddress", {"domain": "vpc"}, {"publicIp": "203.0.113.222"}),
    )  # fmt: skip


STORY = Story(
    name="destruction",
    title="Things destroyed, people locked out",
    about="One account, two days: root without a second factor removes access, backups and data, and gives a domain away.",
    script=script,
    hours=48,
    events=800,
)
