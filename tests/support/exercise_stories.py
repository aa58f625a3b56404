"""Short stories for the questions that tie several events together, or look for values that only one record carries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.support.exercise import EVERYTHING, HOME, OTHER, OUTSIDER, numbered, person, record, session

Record = dict[str, Any]
DAY = datetime(2024, 5, 3, 6)
EVE_KEY, WORK_KEY, FED_KEY, ROOT_KEY = (
    "AKIAEXAMPLEEVE000001",
    "ASIAEXAMPLEWORK00001",
    "ASIAEXAMPLEFED000001",
    "ASIAEXAMPLEROOT00001",
)
INSTANCE = "i-0123456789abcdef0"


def stories() -> Iterator[Record]:
    """All of them, each in an hour of its own."""
    tellers = (
        sign_ins,
        federation,
        identity_center,
        roles,
        containment,
        machines,
        objects,
        oddities,
        workloads,
        databases,
        refusals,
        mail,
        travel,
        deliveries,
    )
    for number, tell in enumerate(tellers):
        yield from tell(DAY + timedelta(hours=number))


def _login(user: str, result: str, **more: Any) -> tuple[str, str, Record]:
    identity = {"type": "IAMUser", "accountId": HOME, "userName": user}
    failed = {"errorMessage": "Failed authentication"} if result == "Failure" else {}
    return (
        "signin",
        "ConsoleLogin",
        {
            "userIdentity": identity if result == "Failure" else person(user) | {"accessKeyId": ""},
            "requestParameters": None,
            "responseElements": {"ConsoleLogin": result},
            "additionalEventData": {"MFAUsed": "No", "LoginTo": "https://console.aws.amazon.com/?x", **more},
            "eventType": "AwsConsoleSignIn",
            "sourceIPAddress": "198.51.100.99",
            **failed,
        },
    )


def sign_ins(at: datetime) -> Iterator[Record]:
    """Guessed passwords that in the end work; a second factor that is asked again and again; a role switch."""
    steps = [_login("eve", "Failure") for _ in range(4)]
    steps += [_login("bob", "Failure", MFAUsed="Yes"), _login("eve", "Success")]
    steps += [
        ("signin", "CheckMfa", {"responseElements": {"CheckMfa": "Failure"}, "additionalEventData": {"MfaType": "U2F"}}),
        ("signin", "SwitchRole", {"userIdentity": session("app", "ana", WORK_KEY), "responseElements": {"SwitchRole": "Success"},
                                  "additionalEventData": {"SwitchFrom": f"arn:aws:iam::{HOME}:user/ana"}}),
        ("signin", "GetSigninToken", {"responseElements": {"credentials": {"accessKeyId": "ASIAEXAMPLESIGNIN001"}, "GetSigninToken": "Success"}}),
        ("iam", "CreateAccessKey", {"userIdentity": {"type": "Root", "principalId": HOME, "arn": f"arn:aws:iam::{HOME}:root", "accountId": HOME},
                                    "requestParameters": None, "responseElements": {"accessKey": {"accessKeyId": "AKIAEXAMPLEROOT00001"}}}),
    ]  # fmt: skip
    yield from numbered(steps, at)


def federation(at: datetime) -> Iterator[Record]:
    """Tokens and their use; SAML with two issuers and an assertion used twice; OIDC; a session token that changes IAM."""
    saml = {
        "type": "SAMLUser",
        "principalId": "HASH:eve@example.com",
        "userName": "eve@example.com",
        "identityProvider": "HASH",
    }
    oidc = {
        "type": "WebIdentityUser",
        "principalId": "issuer:aud:repo:org/app",
        "userName": "repo:org/app:ref:main",
        "identityProvider": "token.actions",
    }
    fed = {"type": "FederatedUser", "arn": f"arn:aws:sts::{HOME}:federated-user/feder", "accountId": HOME, "accessKeyId": FED_KEY,
           "sessionContext": {"sessionIssuer": {"type": "IAMUser", "arn": f"arn:aws:iam::{HOME}:user/ana", "userName": "ana"}}}  # fmt: skip
    steps = [("sts", "GetFederationToken", {"responseElements": {"credentials": {"accessKeyId": FED_KEY}, "federatedUser": {"arn": fed["arn"]}}}),
             ("s3", "ListBuckets", {"userIdentity": fed}),
             ("sts", "GetSessionToken", {"responseElements": {"credentials": {"accessKeyId": "ASIAEXAMPLETOKEN0001"}}}),
             ("iam", "CreateUser", {"userIdentity": person("ana") | {"accessKeyId": "ASIAEXAMPLETOKEN0001"}}),
             ("sts", "AssumeRoot", {"responseElements": {"credentials": {"accessKeyId": ROOT_KEY}}}),
             ("s3", "DeleteBucketPolicy", {"userIdentity": {"type": "Root", "arn": f"arn:aws:iam::{HOME}:root", "accountId": HOME, "accessKeyId": ROOT_KEY}})]  # fmt: skip
    steps += [
        ("sts", "AssumeRoleWithSAML", {"userIdentity": saml, "responseElements": {
            "issuer": issuer, "subject": "eve", "credentials": {"accessKeyId": f"ASIAEXAMPLESAML{n:05}"}}})
        for n, issuer in enumerate(["https://idp.example.com", "https://idp.example.com", "https://other.example.net"])
    ]  # fmt: skip
    steps.append(("sts", "AssumeRoleWithWebIdentity", {"userIdentity": oidc, "responseElements": {
        "subjectFromWebIdentityToken": "repo:org/app:ref:main", "credentials": {"accessKeyId": "ASIAEXAMPLEOIDC00001"}}}))  # fmt: skip
    yield from numbered(steps, at)


def identity_center(at: datetime) -> Iterator[Record]:
    """Both eras of a workforce user, the portal, and the role session in the member account."""
    old = {"type": "Unknown", "principalId": "90676f7a-1234", "userName": "ana@example.com", "accountId": HOME}
    new = {
        "type": "IdentityCenterUser",
        "accountId": HOME,
        "credentialId": "c-1",
        "onBehalfOf": {"userId": "90676f7a-1234", "identityStoreArn": "arn"},
    }
    details = {"role_name": "ReadOnly", "account_id": HOME}
    sso = session("AWSReservedSSO_ReadOnly_0123456789abcdef", "ana@example.com", "ASIAEXAMPLESSO000001",
                  context={"attributes": {"creationDate": (at + timedelta(minutes=3)).isoformat() + "Z"}})  # fmt: skip
    sso["sessionContext"]["sessionIssuer"]["arn"] = (
        f"arn:aws:iam::{HOME}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_ReadOnly_0123456789abcdef"
    )
    steps = [
        ("signin", "UserAuthentication", {"userIdentity": old, "serviceEventDetails": {"UserAuthentication": "Success"}}),
        ("signin", "CredentialVerification", {"userIdentity": new, "serviceEventDetails": {"CredentialVerification": "Failure"},
                                              "additionalEventData": {"CredentialType": "TOTP"}}),
        ("sso", "Federate", {"userIdentity": old, "serviceEventDetails": details, "requestParameters": None}),
        ("s3", "ListBuckets", {"userIdentity": sso}),
        ("sso", "CreateToken", {"userIdentity": new, "requestParameters": {"grantType": "urn:ietf:params:oauth:grant-type:device_code"}}),
    ]  # fmt: skip
    yield from numbered(steps, at)


def roles(at: datetime) -> Iterator[Record]:
    """A role changed and taken, sessions that renew themselves, another account's caller, refused roles, a support visit."""
    taken = {
        "credentials": {"accessKeyId": WORK_KEY},
        "assumedRoleUser": {"arn": f"arn:aws:sts::{HOME}:assumed-role/app/work"},
    }
    outsider = {"type": "AWSAccount", "accountId": OTHER, "principalId": f"AIDA{'X' * 16}"}
    refused = f"User: arn:aws:iam::{HOME}:user/ana is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{HOME}:role/admin"
    trust = {"roleName": "app", "policyDocument": json.dumps({"Statement": [OUTSIDER]})}
    work = session("app", "work", WORK_KEY)
    steps = [
        ("iam", "UpdateAssumeRolePolicy", {"requestParameters": trust}),
        ("sts", "AssumeRole", {"responseElements": taken}),
        ("sts", "AssumeRole", {"userIdentity": work, "responseElements": {"credentials": {"accessKeyId": "ASIAEXAMPLEWORK00002"}}}),
        ("sts", "AssumeRole", {"userIdentity": outsider, "sharedEventID": "shared-1", "responseElements": {"credentials": {"accessKeyId": "ASIAEXAMPLEOUT000001"}}}),
        ("sts", "AssumeRole", {"requestParameters": None, "errorCode": "AccessDenied", "errorMessage": refused}),
        ("sts", "AssumeRole", {"userIdentity": {"type": "AWSService", "invokedBy": "support.amazonaws.com"}, "userAgent": "support.amazonaws.com"}),
        ("s3", "ListBuckets", {"userIdentity": work | {"sessionContext": work["sessionContext"] | {"sourceIdentity": "ana"}}}),
        ("iam", "AttachUserPolicy", {"requestParameters": {"userName": "ana", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}}),
        ("iam", "UpdateAssumeRolePolicy", {"errorCode": "MalformedPolicyDocumentException", "errorMessage": "Invalid principal in policy"}),
    ]  # fmt: skip
    yield from numbered(steps, at)
    for number in range(6):
        role = {"roleArn": f"arn:aws:iam::{444455556660 + number}:role/audit"}
        yield record("sts", "AssumeRole", at + timedelta(minutes=20, seconds=number), requestParameters=role)


def containment(at: datetime) -> Iterator[Record]:
    """A key that is disabled and enabled again; a user made, used and deleted; a key that lives on after its user."""
    eve = person("eve") | {"accessKeyId": EVE_KEY}
    made = {"accessKey": {"accessKeyId": EVE_KEY, "userName": "eve", "status": "Active"}}
    key = {"userName": "eve", "accessKeyId": EVE_KEY}
    minted = {"credentials": {"accessKeyId": "ASIAEXAMPLEEVE000002"}}
    steps = [
        ("iam", "CreateUser", {"requestParameters": {"userName": "eve"}, "responseElements": {"user": {"userId": f"AIDA{'EVE':A<16}"}}}),
        ("iam", "AttachUserPolicy", {"requestParameters": {"userName": "eve", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}}),
        ("iam", "CreateAccessKey", {"requestParameters": {"userName": "eve"}, "responseElements": made}),
        ("sts", "GetSessionToken", {"userIdentity": eve, "sourceIPAddress": "198.51.100.99", "responseElements": minted}),
        ("iam", "AttachUserPolicy", {"requestParameters": {"userName": "eve", "policyArn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"}}),
        ("iam", "DetachUserPolicy", {"userIdentity": eve, "requestParameters": {"userName": "eve", "policyArn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"}}),
        ("iam", "UpdateAccessKey", {"requestParameters": key | {"status": "Inactive"}}),
        ("iam", "UpdateAccessKey", {"userIdentity": person("eve") | {"accessKeyId": "ASIAEXAMPLEEVE000002"}, "requestParameters": key | {"status": "Active"}}),
        ("iam", "DeleteAccessKey", {"requestParameters": key}),
        ("s3", "ListBuckets", {"userIdentity": eve | {"accessKeyId": "ASIAEXAMPLEEVE000002"}}),
        ("iam", "DeleteUser", {"requestParameters": {"userName": "eve"}}),
        ("iam", "CreateRole", {"requestParameters": {"roleName": "back", "assumeRolePolicyDocument": json.dumps({"Statement": [OUTSIDER]})}}),
        ("iam", "AttachRolePolicy", {"requestParameters": {"roleName": "back", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}}),
        ("sts", "AssumeRole", {"userIdentity": {"type": "AWSAccount", "accountId": OTHER, "principalId": "AIDAOTHER"},
                               "requestParameters": {"roleArn": f"arn:aws:iam::{HOME}:role/back"}, "responseElements": {"credentials": {"accessKeyId": "ASIAEXAMPLEBACK00001"}}}),
    ]  # fmt: skip
    yield from numbered(steps, at)


def machines(at: datetime) -> Iterator[Record]:
    """A start-up script replaced, a disk mounted elsewhere, instance credentials in two networks, a change of tool in a session."""
    items = {"instancesSet": {"items": [{"instanceId": INSTANCE}]}}
    host = session("web", INSTANCE, "ASIAEXAMPLEHOST00001", context={"ec2RoleDelivery": "1.0"})
    snap = {"requestParameters": {"volumeId": "vol-1"}, "responseElements": {"snapshotId": "snap-9"}}
    volume = {"requestParameters": {"snapshotId": "snap-9"}, "responseElements": {"volumeId": "vol-9"}}
    steps = [
        ("ec2", "StopInstances", {"requestParameters": items}),
        ("ec2", "ModifyInstanceAttribute", {"requestParameters": {"instanceId": INSTANCE, "userData": "<sensitiveDataRemoved>"}}),
        ("ec2", "StartInstances", {"requestParameters": items}),
        ("ec2", "CreateSnapshot", snap),
        ("ec2", "CreateVolume", volume),
        ("ec2", "AttachVolume", {"requestParameters": {"volumeId": "vol-9", "instanceId": "i-0999"}}),
        *(("s3", "ListBuckets", {"userIdentity": host, "sourceIPAddress": ip, "userAgent": agent})
          for ip, agent in (("203.0.113.20", "Boto3/1.34"), ("198.51.100.99", "aws-cli/2.15.0"))),
        ("iam", "ListRoles", {"userIdentity": host, "sourceIPAddress": "198.51.100.99"}),
        ("sts", "GetCallerIdentity", {"userIdentity": host, "sourceIPAddress": "198.51.100.99"}),
        ("secretsmanager", "ListSecrets", {"userIdentity": host, "sourceIPAddress": "198.51.100.99"}),
        ("ec2", "DescribeInstances", {"userIdentity": host, "sourceIPAddress": "198.51.100.99", "vpcEndpointId": "vpce-0123456789abcdef0"}),
        *(("ssm", "StartSession", {"requestParameters": {"target": f"i-{n}"}}) for n in range(6)),
        ("ec2", "RunInstances", {"errorCode": "Client.DryRunOperation", "errorMessage": "would have succeeded"}),
        ("lambda", "CreateFunction20150331", {}),
        ("lambda", "AddPermission20150331v2", {}),
        ("lambda", "Invoke", {"eventCategory": "Data", "managementEvent": False}),
    ]  # fmt: skip
    yield from numbered(steps, at)


def objects(at: datetime) -> Iterator[Record]:
    """Objects read and deleted, rewritten with a brought key, copied away, read from outside, ransom notes, guessed names."""

    def touched(key: str, **more: Any) -> Record:
        return {
            "requestParameters": {"bucketName": "payroll", "key": key, **more},
            "additionalEventData": {"bytesTransferredOut": 5000000.0},
        }

    nobody = {"type": "AWSAccount", "principalId": "anonymous", "accountId": "anonymous"}
    steps = [("s3", "GetObject", touched(f"p/{n}.csv")) for n in range(3)]
    steps += [("s3", "DeleteObject", touched(f"p/{n}.csv")) for n in range(3)]
    steps += [
        ("s3", "CopyObject", touched("a.csv", **{"x-amz-server-side-encryption-customer-algorithm": "AES256", "x-amz-copy-source": "payroll/a.csv"})),
        ("s3", "PutObject", touched("HOW-TO-DECRYPT.txt")),
        ("s3", "PutObject", touched("site/app.js", bucketName="www")),
        ("s3", "GetObject", touched("open.csv") | {"userIdentity": nobody}),
        ("s3", "CopyObject", touched("a.csv") | {"resources": [{"ARN": "arn:aws:s3:::elsewhere", "accountId": OTHER, "type": "AWS::S3::Bucket"}]}),
        *(("s3", "GetObject", touched(f"guess{n}") | {"errorCode": "NoSuchKey"}) for n in range(4)),
    ]  # fmt: skip
    yield from (record(*step[:2], at + timedelta(minutes=n), **_as_data(step[2])) for n, step in enumerate(steps))


def _as_data(more: Record) -> Record:
    return {"eventCategory": "Data", "managementEvent": False, **more}


def oddities(at: datetime) -> Iterator[Record]:
    """Old TLS, an attack tool, parameters dropped for size, an amended record, Insights, network activity, a decoy's address."""
    insight = {"state": "Start", "eventSource": "ec2.amazonaws.com", "eventName": "RunInstances", "insightType": "ApiCallRateInsight",
               "insightContext": {"statistics": {"baseline": {"average": 0.01}, "insight": {"average": 9}}}}  # fmt: skip
    steps = [
        ("s3", "ListBuckets", {"tlsDetails": {"tlsVersion": "TLSv1", "cipherSuite": "x", "clientProvidedHostHeader": "203.0.113.9"}}),
        ("iam", "ListUsers", {"userAgent": "Boto3/1.9 (kali) Pacu/1.0", "sourceIPAddress": "198.51.100.99"}),
        ("iam", "PutUserPolicy", {"requestParameters": {"reason": "requestParameters too large", "omitted": True, "originalSize": 200000}}),
        ("iam", "PutUserPolicy", {"requestParameters": {"userName": "ana", "policyName": "all", "policyDocument": json.dumps(EVERYTHING)}}),
        ("ec2", "DescribeRegions", {"addendum": {"reason": "DELIVERY_DELAY", "originalEventID": "x"}}),
        ("ec2", "RunInstances", {"eventCategory": "Insight", "eventType": "AwsCloudTrailInsight", "insightDetails": insight}),
        ("s3", "GetObject", {"eventCategory": "NetworkActivity", "eventType": "AwsVpceEvent", "errorCode": "VpceAccessDenied",
                             "vpcEndpointId": "vpce-0123456789abcdef0", "managementEvent": False}),
        ("s3", "PutBucketLifecycle", {"requestParameters": {"bucketName": "logs", "LifecycleConfiguration": {"Rule": {"Expiration": {"Days": 1}}}}}),
        ("codebuild", "StartBuild", {"errorCode": "SubscriptionRequiredException"}),
        ("ec2", "CreateTags", {"userAgent": "console.amazonaws.com", "sessionCredentialFromConsole": "true"}),
        ("sts", "GetCallerIdentity", {"userAgent": "Boto3/1.34", "user": "robot"}),
    ]  # fmt: skip
    yield from numbered(steps, at)
    yield from (
        record("s3", "ListBuckets", at + timedelta(minutes=20 + n), user="robot", userAgent="Boto3/1.34")
        for n in range(12)
    )
    yield record("s3", "PutBucketAcl", at + timedelta(minutes=40), user="robot", userAgent="aws-cli/2.15.0")


def workloads(at: datetime) -> Iterator[Record]:
    """A function's role used off the platform, guest identities, a federated cluster account, code scopes."""
    function = session("report-role", "report", "ASIAEXAMPLELAMBDA001", inScopeOf={
        "issuerType": "AWS::Lambda::Function", "credentialsIssuedTo": f"arn:aws:lambda:us-east-1:{HOME}:function:report",
        "sourceArn": f"arn:aws:lambda:us-east-1:{HOME}:function:report"})  # fmt: skip
    guest = session("guest", "CognitoIdentityCredentials", "ASIAEXAMPLEGUEST0001")
    steps = [
        (
            "s3",
            "ListBuckets",
            {"userIdentity": function, "sourceIPAddress": "198.51.100.99", "userAgent": "aws-cli/2.15.0"},
        ),
        ("cognito-identity", "GetCredentialsForIdentity", {"userIdentity": {"type": "Unknown"}}),
        ("s3", "ListBuckets", {"userIdentity": guest, "sourceIPAddress": "198.51.100.99"}),
        (
            "rolesanywhere",
            "CreateSession",
            {"responseElements": {"credentialSet": [{"credentials": {"accessKeyId": "ASIAEXAMPLECERT00001"}}]}},
        ),
    ]
    yield from numbered(steps, at)


def databases(at: datetime) -> Iterator[Record]:
    """Many deletions at once, many secrets, many calls denied and later allowed."""
    steps = [
        (
            "rds",
            "DeleteDBInstance",
            {"requestParameters": {"dBInstanceIdentifier": f"db-{n}", "skipFinalSnapshot": True}},
        )
        for n in range(25)
    ]
    steps += [("secretsmanager", "GetSecretValue", {"requestParameters": {"secretId": f"s-{n}"}}) for n in range(12)]
    yield from (record(*step[:2], at + timedelta(seconds=n), **step[2]) for n, step in enumerate(steps))


def refusals(at: datetime) -> Iterator[Record]:
    """One credential refused on everything, a grant, and then allowed."""
    calls = [
        "ListUsers",
        "ListRoles",
        "ListGroups",
        "GetAccountSummary",
        "ListPolicies",
        "ListAccessKeys",
        "GetAccountAuthorizationDetails",
    ]
    denied = {"errorCode": "AccessDenied", "requestParameters": None, "user": "mallory"}
    text = "User: arn:aws:iam::111122223333:user/mallory is not authorized to perform: iam:{0} on resource: * because no identity-based policy allows the iam:{0} action"
    steps = [("iam", name, denied | {"errorMessage": text.format(name)}) for name in calls]
    steps += [(service, name, denied) for service, name in (("s3", "ListBuckets"), ("ec2", "DescribeInstances"), ("lambda", "ListFunctions20150331"),
                                                            ("secretsmanager", "ListSecrets"), ("rds", "DescribeDBInstances"), ("kms", "ListKeys"))]  # fmt: skip
    steps.append(
        (
            "iam",
            "PutUserPolicy",
            {"requestParameters": {"userName": "mallory", "policyName": "x", "policyDocument": json.dumps(EVERYTHING)}},
        )
    )
    steps += [("iam", name, {"requestParameters": None, "user": "mallory"}) for name in calls]
    yield from numbered(steps, at)
    regions = ("eu-west-1", "eu-central-1", "ap-southeast-2", "sa-east-1")
    yield from (
        record("ec2", "DescribeInstances", at + timedelta(minutes=40 + n), user="mallory", awsRegion=region)
        for n, region in enumerate(regions)
    )
    for n in range(6):
        yield record(
            "s3",
            "GetBucketPolicy",
            at + timedelta(minutes=50, seconds=n),
            user="mallory",
            requestParameters={"bucketName": f"b-{n}"},
        )


def mail(at: datetime) -> Iterator[Record]:
    """Mail: looked up, prepared, sent; keys that name no account; off hours."""
    steps = [("ses", "GetSendQuota", {}), ("ses", "VerifyEmailIdentity", {"requestParameters": {"emailAddress": "x@example.com"}}),
             ("ses", "UpdateAccountSendingEnabled", {"requestParameters": {"enabled": True}}),
             ("ses", "SendEmail", {"requestParameters": {"source": "x@example.com"}, "eventCategory": "Data", "managementEvent": False})]  # fmt: skip
    yield from numbered(steps, at)
    for day in range(4):
        yield record("ec2", "DescribeInstances", datetime(2024, 5, 6 + day, 10), user="carol")
    yield record("ec2", "TerminateInstances", datetime(2024, 5, 9, 2, 30), user="carol")


def travel(at: datetime) -> Iterator[Record]:
    """One key in two cities within minutes, as the address database of the case has it; probes by dry run."""
    for minute, address in ((0, "203.0.113.20"), (10, "198.51.100.20")):
        yield record("s3", "ListBuckets", at + timedelta(minutes=minute), user="carol", sourceIPAddress=address)
    probes = (("ec2", "RunInstances", "Client.DryRunOperation"), ("athena", "ListWorkGroups", "OptInRequired"))
    for minute, (service, event, code) in enumerate(probes, 20):
        yield record(
            service, event, at + timedelta(minutes=minute), user="carol", errorCode=code, sourceIPAddress="203.0.113.20"
        )


def deliveries(at: datetime) -> Iterator[Record]:
    """Flow logs that AWS may not write into the bucket that shall receive them."""
    for n in range(2):
        key = f"AWSLogs/{HOME}/vpcflowlogs/us-east-1/2024/05/03/{n}.log.gz"
        yield record(
            "s3",
            "PutObject",
            at + timedelta(minutes=5 * n),
            userIdentity={"type": "AWSService", "invokedBy": "delivery.logs.amazonaws.com"},
            sourceIPAddress="delivery.logs.amazonaws.com",
            userAgent="delivery.logs.amazonaws.com",
            errorCode="AccessDenied",
            errorMessage="Access Denied",
            requestParameters={"bucketName": "logs", "key": key},
            responseElements=None,
            **_as_data({}),
        )
