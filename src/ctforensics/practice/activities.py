"""What goes on in the company's accounts every day: people, pipelines, machines, AWS services. All of it benign."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ctforensics.practice import identities, records
from ctforensics.practice.company import (
    ARTIFACTS,
    ASSETS,
    DATA,
    GITHUB,
    HOME,
    OFFICE,
    OFFICE_BEN,
    PAYROLL,
    PRODUCTION,
    RUNNER,
    SSO_PATH,
    SSO_ROLE,
    VPN,
    Company,
)  # fmt: skip
from ctforensics.practice.identities import Actor
from ctforensics.practice.noise import (
    AMOUNT,
    EVENT,
    EXPIRES,
    HOST,
    INSTANCE,
    ISSUED,
    KEY,
    NUMBER,
    REQUEST,
    S3_HOST,
    S3_REQUEST,
    SHARED,
    TIME,
    Activity,
)  # fmt: skip

_CI_CONTEXT = {
    "webIdFederationData": {"federatedProvider": f"arn:aws:iam::{PRODUCTION}:oidc-provider/{GITHUB}", "attributes": {}}
}


class _Scope:
    """One account and region: short names for the record builders, with holes where records differ."""

    def __init__(self, company: Company, account: str, region: str) -> None:
        self.company, self.account, self.region = company, account, region
        facts: dict[str, Any] = {"at": TIME, "region": region, "event_id": EVENT}
        self.call: Callable[..., dict[str, Any]] = partial(
            records.build, company.ids, account=account, request_id=REQUEST, **facts
        )
        self.s3: Callable[..., dict[str, Any]] = partial(
            records.s3, company.ids, owner=account, request_id=S3_REQUEST, host_id=S3_HOST, **facts
        )

    def session(self, role: str, name: str, address: str, agent: str = identities.BOTO, **facts: Any) -> Actor:
        return self.company.session(role, name, KEY, ISSUED, address, self.account, agent, **facts)

    def issued(self, role: str, name: str, path: str = "/") -> dict[str, Any]:
        """The answer of STS to AssumeRole and its kin."""
        arn = f"arn:aws:sts::{self.account}:assumed-role/{role}/{name}"
        return {
            "credentials": {"accessKeyId": KEY, "sessionToken": "FwoGZXIvYXdzEXAMPLETOKEN", "expiration": EXPIRES},
            "assumedRoleUser": {"assumedRoleId": f"{self.company.role_id(role, self.account)}:{name}", "arn": arn},
        }

    def role_resource(self, role: str, path: str = "/") -> list[dict[str, Any]]:
        arn = f"arn:aws:iam::{self.account}:role{path}{role}"
        return [{"accountId": self.account, "type": "AWS::IAM::Role", "ARN": arn}]


def activities(company: Company, account: str, region: str) -> list[Activity]:
    """Everything that goes on in that account and region."""
    scope = _Scope(company, account, region)
    found = [*_machines(scope), *_services(scope)]
    if account == PRODUCTION:
        found += _people(scope)
    if account == PRODUCTION and region == HOME:
        found += [*_managers(scope), *_pipeline(scope)]
    if account == DATA:
        found += _data_people(scope)
    return found


def _people(scope: _Scope) -> Iterator[Activity]:
    company, call = scope.company, scope.call
    anna = identities.console_user(company.user("anna"), KEY, ISSUED, OFFICE)
    watched: list[tuple[str, str, Any]] = [
        ("ec2", "DescribeInstances", {"maxResults": 100, "instancesSet": {}, "filterSet": {}}),
        ("ec2", "DescribeSecurityGroups", {"maxResults": 500, "securityGroupSet": {}, "filterSet": {}}),
        ("monitoring", "DescribeAlarms", {"maxRecords": 100}),
        (
            "cloudtrail",
            "LookupEvents",
            {"maxResults": 50, "lookupAttributes": [{"attributeKey": "ReadOnly", "attributeValue": "false"}]},
        ),
    ]
    for service, name, params in watched:
        yield Activity(call(anna, service, name, params=params), 5, 0, "anna")
    ben = company.user("ben", address=OFFICE_BEN)
    yield Activity(call(ben, "sts", "GetCallerIdentity"), 2, 0)
    yield Activity(
        call(
            ben,
            "ec2",
            "DescribeInstances",
            params={
                "instancesSet": {},
                "filterSet": {"items": [{"name": "tag:Name", "valueSet": {"items": [{"value": "web"}]}}]},
            },
        ),
        6,
        0,
    )
    yield Activity(
        call(ben, "logs", "FilterLogEvents", params={"logGroupName": "/aws/lambda/nightly-report", "limit": 100}), 6, 0
    )
    yield Activity(call(ben, "lambda", "GetFunction20150331v2", params={"functionName": "nightly-report"}), 3, 0)


def _managers(scope: _Scope) -> Iterator[Activity]:
    dana = scope.session(SSO_ROLE, "dana@example.com", VPN, identities.BROWSER, path=SSO_PATH, console=True)
    reads: list[tuple[str, str, Any]] = [
        ("ce", "GetCostAndUsage", {"Granularity": "DAILY", "Metrics": ["UnblendedCost"]}),
        ("rds", "DescribeDBInstances", {"maxRecords": 100}),
        ("elasticloadbalancing", "DescribeLoadBalancers", None),
    ]
    for service, name, params in reads:
        yield Activity(scope.call(dana, service, name, params=params), 3, 0, "dana")


def _pipeline(scope: _Scope) -> Iterator[Activity]:
    role, name = "ci-deploy", "GitHubActions"
    subject = "repo:example/web:ref:refs/heads/main"
    token = identities.web_identity(
        f"arn:aws:iam::{scope.account}:oidc-provider/{GITHUB}",
        "sts.amazonaws.com",
        subject,
        RUNNER,
        "aws-sdk-js/3.840.0 ua/2.1 os/linux#6.11.0-1015-azure lang/js md/nodejs#20.19.3 configure-aws-credentials-for-github-actions",
    )
    params = {"roleArn": f"arn:aws:iam::{scope.account}:role/{role}", "roleSessionName": name, "durationSeconds": 21600}
    response = {
        **scope.issued(role, name),
        "subjectFromWebIdentityToken": subject,
        "provider": f"arn:aws:iam::{scope.account}:oidc-provider/{GITHUB}",
        "audience": "sts.amazonaws.com",
    }
    yield Activity(
        scope.call(token, "sts", "AssumeRoleWithWebIdentity", params=params, response=response, resources=scope.role_resource(role)),
        0, 0, "ci", issue=True,
    )  # fmt: skip
    ci = scope.session(role, name, RUNNER, identities.CLI, **_CI_CONTEXT)
    call: Callable[..., dict[str, Any]] = partial(scope.call, ci)
    yield Activity(call("ecr", "GetAuthorizationToken", response=None), 6, 2, "ci")
    yield Activity(call("ecr", "PutImage", params={"repositoryName": "web", "imageTag": f"build-{NUMBER}"}), 3, 1, "ci")
    yield Activity(
        call("ecs", "UpdateService", params={"service": "web", "cluster": "main", "taskDefinition": f"web:{NUMBER}"}),
        2,
        1,
        "ci",
    )
    yield Activity(
        call(
            "lambda",
            "UpdateFunctionCode20150331v2",
            params={
                "functionName": "nightly-report",
                "s3Bucket": ARTIFACTS,
                "s3Key": f"report/{NUMBER}.zip",
                "publish": False,
            },
        ),
        1,
        0,
        "ci",
    )
    yield Activity(
        scope.s3(
            ci,
            "PutObject",
            ARTIFACTS,
            key=f"web/build-{NUMBER}.tar.gz",
            sent=AMOUNT,
            params={"x-amz-server-side-encryption": "AES256"},
        ),
        6,
        2,
        "ci",
    )


def _machines(scope: _Scope) -> Iterator[Activity]:
    yield from _issued_by_service(scope, "ec2.amazonaws.com", "web-server", INSTANCE, "web")
    web = scope.session("web-server", INSTANCE, HOST, identities.BOTO, ec2RoleDelivery="2.0")
    managed = {
        "instanceId": INSTANCE,
        "agentVersion": "3.3.2299.0",
        "agentStatus": "Active",
        "platformType": "Linux",
        "platformName": "Amazon Linux",
    }
    yield Activity(scope.call(web, "ssm", "UpdateInstanceInformation", params=managed), 8, 8, "web")
    yield Activity(scope.s3(web, "GetObject", ASSETS, key=f"img/{NUMBER}.webp", received=AMOUNT), 30, 20, "web")
    secret = f"arn:aws:secretsmanager:{scope.region}:{scope.account}:secret:web/db-AbCdEf"
    yield Activity(
        scope.call(
            web, "secretsmanager", "GetSecretValue", params={"secretId": "web/db"}, additional={"SecretId": secret}
        ),
        2,
        2,
        "web",
    )
    yield from _issued_by_service(scope, "lambda.amazonaws.com", "nightly-report", "nightly-report", "report")
    report = scope.session(
        "nightly-report", "nightly-report", "198.18.41.7", identities.BOTO + " exec-env/AWS_Lambda_python3.12"
    )
    stream = f"2026/03/02/[$LATEST]{NUMBER}"
    yield Activity(
        scope.call(
            report,
            "logs",
            "CreateLogStream",
            params={"logGroupName": "/aws/lambda/nightly-report", "logStreamName": stream},
        ),
        2,
        6,
        "report",
    )
    yield Activity(
        scope.s3(report, "PutObject", "example-reports", key=f"daily/{NUMBER}.csv", sent=AMOUNT), 1, 6, "report"
    )
    key = f"arn:aws:kms:{scope.region}:{scope.account}:key/1a2b3c4d-1111-4222-8333-444455556666"
    found = [{"accountId": scope.account, "type": "AWS::KMS::Key", "ARN": key}]
    yield Activity(
        scope.call(
            report,
            "kms",
            "Decrypt",
            params={
                "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
                "keyId": key,
                "encryptionContext": {"aws:lambda:FunctionArn": "nightly-report"},
            },
            resources=found,
        ),
        3,
        6,
        "report",
    )


def _issued_by_service(scope: _Scope, host: str, role: str, name: str, session: str) -> Iterator[Activity]:
    params = {"roleArn": f"arn:aws:iam::{scope.account}:role/{role}", "roleSessionName": name}
    record = scope.call(
        identities.service(host), "sts", "AssumeRole", params=params, response=scope.issued(role, name),
        resources=scope.role_resource(role), shared=SHARED,
    )  # fmt: skip
    yield Activity(record, 0, 0, session, issue=True)


def _services(scope: _Scope) -> Iterator[Activity]:
    trail_bucket = f"example-trail-{scope.account}"
    log = f"AWSLogs/{scope.account}/Config/{scope.region}/{NUMBER}.json.gz"
    yield Activity(
        scope.s3(
            identities.service("cloudtrail.amazonaws.com"),
            "GetBucketAcl",
            trail_bucket,
            params={"acl": ""},
            shared=SHARED,
        ),
        6,
        8,
    )
    yield Activity(
        scope.s3(
            identities.service("config.amazonaws.com"),
            "PutObject",
            "example-config-history",
            key=log,
            sent=AMOUNT,
            shared=SHARED,
        ),
        4,
        5,
    )
    scaling = identities.service("autoscaling.amazonaws.com")
    yield Activity(
        scope.call(
            scaling,
            "elasticloadbalancing",
            "DescribeTargetHealth",
            params={
                "targetGroupArn": f"arn:aws:elasticloadbalancing:{scope.region}:{scope.account}:targetgroup/web/6d0ecf831eec9f09"
            },
            apiVersion="2015-12-01",
        ),
        6,
        8,
    )
    key = f"arn:aws:kms:{scope.region}:{scope.account}:key/1a2b3c4d-1111-4222-8333-444455556666"
    yield Activity(
        scope.call(
            identities.service("s3.amazonaws.com"), "kms", "GenerateDataKey",
            params={"keyId": key, "keySpec": "AES_256", "encryptionContext": {"aws:s3:arn": f"arn:aws:s3:::{PAYROLL}"}},
            resources=[{"accountId": scope.account, "type": "AWS::KMS::Key", "ARN": key}], shared=SHARED,
        ), 4, 4,
    )  # fmt: skip
    health = identities.Actor(
        {"accountId": scope.account, "invokedBy": "secretsmanager.amazonaws.com"},
        "secretsmanager.amazonaws.com",
        "secretsmanager.amazonaws.com",
        console=True,
    )
    yield Activity(
        scope.call(
            health,
            "secretsmanager",
            "RotationStarted",
            event_type="AwsServiceEvent",
            read_only=False,
            details={"SecretId": "web/db", "RotationToken": NUMBER},
            additional={"SecretId": "web/db"},
        ),
        1,
        1,
    )


def _data_people(scope: _Scope) -> Iterator[Activity]:
    carol = scope.company.user("carol", DATA, OFFICE)
    hr = scope.session("hr-app", "hr-app", "203.0.113.141", identities.JAVA)
    yield from _issued_by_service(scope, "ecs-tasks.amazonaws.com", "hr-app", "hr-app", "hr")
    yield Activity(scope.s3(hr, "GetObject", PAYROLL, key=f"2026/02/slip-{NUMBER}.pdf", received=AMOUNT), 8, 1, "hr")
    yield Activity(
        scope.s3(
            hr,
            "PutObject",
            PAYROLL,
            key=f"2026/03/slip-{NUMBER}.pdf",
            sent=AMOUNT,
            params={"x-amz-server-side-encryption": "aws:kms"},
        ),
        4,
        1,
        "hr",
    )
    yield Activity(
        scope.s3(carol, "ListObjects", PAYROLL, params={"list-type": "2", "prefix": "2026/"}, category="Data"), 2, 0
    )
    yield Activity(
        scope.call(
            carol,
            "athena",
            "StartQueryExecution",
            params={"queryString": "HIDDEN_DUE_TO_SECURITY_REASONS", "workGroup": "primary"},
            response={"queryExecutionId": REQUEST},
        ),
        3,
        0,
    )
    yield Activity(scope.call(carol, "glue", "GetTables", params={"databaseName": "hr"}), 3, 0)
