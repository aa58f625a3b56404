"""A case that exercises every question: each event that any question names, once, and the short stories that some need.

Everything here is made up. Times, ids and values depend on nothing but the names, so that answers stay the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ctforensics.ask.catalog import Catalog
from ctforensics.investigation import Case, new_case

Record = dict[str, Any]
HOME, OTHER = "111122223333", "777788889999"
START = datetime(2024, 5, 2, 6)
OUTSIDER = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"}, "Action": "*", "Resource": "*"}
PUBLIC = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::payroll/*"}
EVERYTHING = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
DATA = {"GetObject", "PutObject", "CopyObject", "DeleteObject", "DeleteObjects", "HeadObject", "ListObjects", "UploadPart", "UploadPartCopy",
        "CreateMultipartUpload", "CompleteMultipartUpload", "PutObjectAcl", "GetObjectAcl", "DeleteObjectVersion", "Invoke", "Publish",
        "ListSnapshotBlocks", "GetSnapshotBlock", "ListChangedBlocks"}  # fmt: skip
READ = ("Get", "List", "Describe", "Head", "Lookup", "Batch", "Search", "Simulate")

# Parameters under the names that many services use; a record of any call carries those of its service.
COMMON: Record = {
    "name": "main", "resourceArn": f"arn:aws:wafv2:us-east-1:{HOME}:webacl/main", "roleArn": f"arn:aws:iam::{HOME}:role/app",
    "functionName": "report", "instanceId": "i-0123456789abcdef0", "policy": json.dumps({"Statement": [OUTSIDER]}),
}  # fmt: skip
BY_SERVICE: dict[str, Record] = {
    "iam": {
        "userName": "eve", "roleName": "app", "groupName": "admins", "policyName": "deny-guardrail", "serialNumber": f"arn:aws:iam::{HOME}:mfa/eve",
        "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess", "policyDocument": json.dumps(EVERYTHING), "serviceName": "bedrock.amazonaws.com",
        "assumeRolePolicyDocument": json.dumps({"Statement": [OUTSIDER]}), "permissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "accessKeyId": "AKIAEXAMPLEEVE000001", "status": "Active", "versionId": "v2", "instanceProfileName": "app", "url": "https://id.example.com",
    },
    "s3": {
        "bucketName": "payroll", "key": "2024/.env", "bucketPolicy": {"Statement": [PUBLIC]}, "x-amz-acl": "public-read",
        "PublicAccessBlockConfiguration": {"BlockPublicAcls": False}, "VersioningConfiguration": {"Status": "Suspended"},
        "LifecycleConfiguration": {"Rule": {"Expiration": {"Days": 1}, "Status": "Enabled"}}, "x-amz-copy-source": "payroll/2024/.env",
        "ReplicationConfiguration": {"Role": "r", "Rule": {"Destination": {"Bucket": "arn:aws:s3:::elsewhere", "Account": OTHER}}},
        "ServerSideEncryptionConfiguration": {"Rule": {"ApplyServerSideEncryptionByDefault": {
            "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": f"arn:aws:kms:us-east-1:{OTHER}:key/1"}}},
    },
    "kms": {"keyId": "key-1", "pendingWindowInDays": 7, "policy": json.dumps({"Statement": [OUTSIDER]}), "granteePrincipal": f"arn:aws:iam::{OTHER}:root",
            "operations": ["Decrypt"], "encryptionContext": {"SecretARN": "s"}},
    "secretsmanager": {"secretId": "payroll/db", "resourcePolicy": json.dumps({"Statement": [OUTSIDER]}), "recoveryWindowInDays": 7},
    "sts": {"roleArn": f"arn:aws:iam::{HOME}:role/app", "roleSessionName": "work", "durationSeconds": 3600, "name": "feder", "sourceIdentity": "ana",
            "targetPrincipal": HOME, "principalArn": f"arn:aws:iam::{HOME}:saml-provider/idp", "sAMLAssertionID": "_1", "policy": json.dumps(EVERYTHING)},
    "ec2": {
        "groupId": "sg-1", "snapshotId": "snap-1", "imageId": "ami-1", "volumeId": "vol-1", "attributeType": "CREATE_VOLUME_PERMISSION",
        "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]},
        "createVolumePermission": {"add": {"items": [{"userId": OTHER}]}}, "launchPermission": {"add": {"items": [{"group": "all"}]}},
        "instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0", "imageId": "ami-1", "keyName": "k"}]}, "instanceType": "p4d.24xlarge",
        "iamInstanceProfile": {"name": "app"}, "attribute": "userData", "userData": "<sensitiveDataRemoved>", "keyName": "k", "maxCount": 20,
        "DeleteFlowLogsRequest": {"FlowLogId": {"tag": 1, "content": "fl-1"}}, "resourcesSet": {"items": [{"resourceId": "i-0123456789abcdef0"}]},
        "tagSet": {"items": [{"key": "owner", "value": "eve"}]}, "disableApiTermination": {"value": True}, "peerOwnerId": OTHER, "vpcId": "vpc-1",
        "ModifyInstanceMetadataOptionsRequest": {"InstanceId": "i-0123456789abcdef0", "HttpTokens": "optional"}, "cidrBlock": "0.0.0.0/0",
        "ruleAction": "allow", "networkAclId": "acl-1", "destinationCidrBlock": "0.0.0.0/0", "routeTableId": "rtb-1", "instanceCount": 20,
        "ownersSet": {"items": [{"owner": "amazon"}]}, "executableBySet": {"items": [{"user": "all"}]}, "sharedUsersSet": {"items": [{"user": "self"}]},
        "CreateLaunchTemplateRequest": {"LaunchTemplateData": {"IamInstanceProfile": {"Name": "app"}, "UserData": "x"}},
    },
    "rds": {"dBInstanceIdentifier": "db-1", "dBClusterIdentifier": "dbc-1", "masterUserPassword": "****", "publiclyAccessible": True, "attributeName": "restore",
            "valuesToAdd": [OTHER], "dBSnapshotIdentifier": "dbs-1", "skipFinalSnapshot": True, "deletionProtection": False, "backupRetentionPeriod": 0,
            "s3BucketName": "elsewhere", "sourceRegion": "eu-west-1", "cIDRIP": "0.0.0.0/0", "includePublic": True},
    "lambda": {"functionName": "report", "role": f"arn:aws:iam::{HOME}:role/app", "principal": "*", "action": "lambda:InvokeFunction", "authType": "NONE",
               "functionUrlAuthType": "NONE", "runtime": "python3.12"},
    "sns": {"topicArn": f"arn:aws:sns:us-east-1:{HOME}:t", "attributeName": "Policy", "attributeValue": json.dumps({"Statement": [OUTSIDER]}),
            "phoneNumber": "+15550100", "protocol": "https", "endpoint": "https://example.com"},
    "sqs": {"queueUrl": f"https://sqs.us-east-1.amazonaws.com/{HOME}/q", "attributes": {"Policy": json.dumps({"Statement": [OUTSIDER]})}},
    "ecr": {"repositoryName": "app", "policyText": json.dumps({"Statement": [OUTSIDER]}), "imageTag": "latest"},
    "ecs": {"family": "app", "cluster": "c", "taskRoleArn": f"arn:aws:iam::{HOME}:role/app", "cpu": "16384", "desiredCount": 50,
            "containerDefinitions": [{"image": "example/app", "command": ["sh", "-c", "curl http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]}]},
    "eks": {"name": "c", "principalArn": f"arn:aws:iam::{HOME}:user/eve", "logging": {"clusterLogging": [{"enabled": False, "types": ["audit"]}]}},
    "ram": {"principals": [OTHER], "resourceArns": ["arn"], "allowExternalPrincipals": True},
    "elasticloadbalancing": {"attributes": [{"key": "access_logs.s3.enabled", "value": "false"}], "scheme": "internet-facing"},
    "sso": {"accountId": HOME, "roleName": "ReadOnly", "permissionSetArn": "arn:aws:sso:::permissionSet/1", "targetId": HOME, "principalId": "u-1"},
    "cognito-identity": {"allowUnauthenticatedIdentities": True, "identityPoolId": "us-east-1:1"},
    "account": {"RegionName": "ap-east-1", "accountId": HOME},
    "ssm": {"target": "i-0123456789abcdef0", "documentName": "AWS-RunShellScript", "instanceIds": ["i-0123456789abcdef0"], "name": "/app/db",
            "withDecryption": True, "accountIdsToAdd": [OTHER], "iamRole": "app", "names": ["/app/db"]},
    "bedrock": {"modelId": "anthropic.claude-v2", "guardrailIdentifier": "g"},
    "cloudtrail": {"name": f"arn:aws:cloudtrail:us-east-1:{HOME}:trail/main", "s3BucketName": "logs", "isMultiRegionTrail": False,
                   "eventSelectors": [{"includeManagementEvents": False, "readWriteType": "WriteOnly"}], "eventDataStore": "store", "retentionPeriod": 7},
    "logs": {"logGroupName": "/aws/app", "retentionInDays": 1, "policyDocument": json.dumps({"Statement": [OUTSIDER]})},
    "glue": {"policyInJson": json.dumps({"Statement": [OUTSIDER]}), "name": "job", "role": "app", "publicKey": "ssh-rsa x"},
    "autoscaling": {"desiredCapacity": 100, "maxSize": 100, "iamInstanceProfile": "app", "instanceType": "p4d.24xlarge"},
    "ec2-instance-connect": {"instanceId": "i-0123456789abcdef0", "instanceOSUser": "root", "sSHPublicKey": "ssh-rsa x"},
    "events": {"name": "rule", "principal": OTHER, "targets": [{"arn": f"arn:aws:lambda:us-east-1:{HOME}:function:report"}]},
    "route53": {"hostedZoneId": "Z1", "changeBatch": {"changes": [{"action": "UPSERT", "resourceRecordSet": {"name": "www.example.com.", "type": "A"}}]}},
    "elasticfilesystem": {"policy": json.dumps({"Statement": [OUTSIDER]}), "fileSystemId": "fs-1"},
    "backup": {"policy": json.dumps({"Statement": [OUTSIDER]}), "backupVaultName": "v"},
    "es": {"accessPolicies": json.dumps({"Statement": [OUTSIDER]}), "domainName": "d"},
}  # fmt: skip

# Two cities in the networks that are kept for documentation.
PLACES: dict[str, Record] = {
    "203.0.113.0/24": {"country": {"iso_code": "DE"}, "city": {"names": {"en": "Bremen"}}, "location": {"latitude": 53.08, "longitude": 8.8}},
    "198.51.100.0/24": {"country": {"iso_code": "SG"}, "city": {"names": {"en": "Singapore"}}, "location": {"latitude": 1.35, "longitude": 103.82},
                        "autonomous_system_number": 64500, "autonomous_system_organization": "Example Hosting"},
}  # fmt: skip


def case(base: Path) -> Case:
    """The case below ``base``, loaded."""
    evidence = base / "archive"
    evidence.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"Records": records()})
    (evidence / "a.json").write_text(text, "utf-8")
    (evidence / "b.json").write_text(json.dumps({"Records": records()[:3]}), "utf-8")
    made = new_case(base / "case", title="Every question", examiner="T. Ester")
    (made.folder.inputs / "indicators.csv").write_text("value,kind,note\n198.51.100.99,address,a decoy\n", "utf-8")
    address_database(made.folder.inputs / "cities.mmdb", PLACES)
    made.add_evidence(evidence, label="mirror")
    made.load()
    return made


def address_database(path: Path, networks: dict[str, Record]) -> None:
    """Writes a MaxMind database that knows these networks."""
    from mmdb_writer import MMDBWriter
    from netaddr import IPSet

    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="GeoLite2-City", float_type="f64")
    for network, entry in networks.items():
        writer.insert_network(IPSet([network]), entry)
    writer.to_db_file(str(path))


def records() -> list[Record]:
    """Every record of the case: what questions name, then the stories."""
    from tests.support.exercise_stories import stories

    named = sorted({name for question in Catalog.of_case() for name in question.events})
    return [*map(_named, named), *stories()]


def _named(name: str) -> Record:
    service, _, event = name.partition(":")
    second = (
        int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % 80000
    )  # by the name alone: a new question moves no other
    return record(service, event, START + timedelta(seconds=second))


def record(service: str, event: str, at: datetime, **more: Any) -> Record:
    """One record of a call by the user ana; ``more`` overrides its members."""
    serial = hashlib.sha256(f"{service}:{event}:{at}:{json.dumps(more, sort_keys=True)}".encode()).hexdigest()
    data = event in DATA and service in ("s3", "lambda", "ebs", "sns")
    user = more.pop("user", "ana")
    return {
        "eventVersion": "1.09",
        "userIdentity": person(user),
        "eventTime": at.isoformat() + "Z",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": event,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "aws-cli/2.15.0 Python/3.11",
        "requestParameters": {**COMMON, **BY_SERVICE.get(service, {})},
        "responseElements": None,
        "requestID": serial[:16],
        "eventID": f"{serial[:8]}-{serial[8:12]}-4{serial[13:16]}-8{serial[17:20]}-{serial[20:32]}",
        "readOnly": event.startswith(READ),
        "eventType": "AwsApiCall",
        "managementEvent": not data,
        "eventCategory": "Data" if data else "Management",
        "recipientAccountId": HOME,
        **more,
    }


def person(user: str, account: str = HOME) -> Record:
    """The identity of an IAM user with a long-lived key."""
    return {
        "type": "IAMUser",
        "principalId": f"AIDA{user.upper():A<16}",
        "arn": f"arn:aws:iam::{account}:user/{user}",
        "accountId": account,
        "accessKeyId": f"AKIA{user.upper():A<16}",
        "userName": user,
    }


def session(role: str, name: str, key: str, account: str = HOME, **more: Any) -> Record:
    """The identity of a role session."""
    return {
        "type": "AssumedRole",
        "principalId": f"AROA{role.upper().replace('-', ''):A<16}:{name}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "arn": f"arn:aws:iam::{account}:role/{role}",
                "accountId": account,
                "userName": role,
            },
            "attributes": {"creationDate": "2024-05-02T05:55:00Z", "mfaAuthenticated": "false"},
            **more.pop("context", {}),
        },
        **more,
    }


def numbered(steps: list[tuple[str, str, Record]], start: datetime) -> Iterator[Record]:
    """Records of (service, event, overrides), a minute apart."""
    for number, (service, event, more) in enumerate(steps):
        yield record(service, event, start + timedelta(minutes=number), **more)
