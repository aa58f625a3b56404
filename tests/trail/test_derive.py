"""What we conclude from a record: identities, outcomes, classes, origins, targets."""

from datetime import datetime

import pytest

from ctforensics.trail import derive, identity, names, origin, outcome, target

ROLE = {
    "type": "AssumedRole",
    "principalId": "AROAEXAMPLE000000001:i-0abc",
    "arn": "arn:aws:sts::111122223333:assumed-role/Web/i-0abc",
    "accountId": "111122223333",
    "accessKeyId": "ASIAEXAMPLE000000001",
    "sessionContext": {
        "attributes": {"creationDate": "2024-05-02T05:00:00Z", "mfaAuthenticated": "false"},
        "sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/path/Web", "userName": "Web"},
        "sourceIdentity": "ana",
    },
}


def test_a_role_session_acts_as_its_role_and_keeps_its_session():
    found = identity.identify(ROLE)
    assert found.actor == found.session_issuer_arn == "arn:aws:iam::111122223333:role/path/Web"
    assert (found.role_session_name, found.principal_id, found.user_name) == ("i-0abc", "AROAEXAMPLE000000001", "Web")
    assert (found.mfa, found.source_identity) == (False, "ana")
    assert found.session_created_at == datetime(2024, 5, 2, 5)


@pytest.mark.parametrize(
    "said,actor",
    [
        ({"type": "Root", "accountId": "111122223333", "userName": "alias"}, "arn:aws:iam::111122223333:root"),
        ({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ana"}, "arn:aws:iam::111122223333:user/ana"),
        ({"type": "IAMUser", "accountId": "111122223333", "userName": "ana"}, "arn:aws:iam::111122223333:user/ana"),
        ({"type": "IAMUser", "accountId": "111122223333", "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"}, None),
        ({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, "ec2.amazonaws.com"),
        ({"type": "AWSAccount", "accountId": "999988887777", "principalId": "AIDAX"}, "999988887777/AIDAX"),
        ({"type": "AWSAccount", "accountId": "anonymous", "principalId": ""}, "anonymous"),
        ({"type": "WebIdentityUser", "identityProvider": "idp", "userName": "sub"}, "idp/sub"),
        ({"type": "Unknown", "userName": "ana", "principalId": "p"}, "ana"),
        ({"type": "Directory", "userName": "ana@example.com"}, "ana@example.com"),
        ({}, None),
        (None, None),
        ("text", None),
    ],
)
def test_each_identity_type_has_a_stable_actor(said, actor):
    assert identity.identify(said).actor == actor


def test_the_account_of_a_newer_key_can_be_computed_and_of_an_older_one_not():
    assert identity.account_of_key("ASIAQNZGKIQY56JQ7WML") == "029608264753"
    assert identity.account_of_key("AKIAIOSFODNN7EXAMPLE") is None
    assert identity.account_of_key("") is None


@pytest.mark.parametrize(
    "text,expected",
    [
        ("2024-05-02T06:11:09Z", datetime(2024, 5, 2, 6, 11, 9)),
        ("20131102T010628Z", datetime(2013, 11, 2, 1, 6, 28)),
        ("2022-02-08 09:23:37+11:00", datetime(2022, 2, 7, 22, 23, 37)),
        ("2024-05-02T06:11:09.5-0130", datetime(2024, 5, 2, 7, 41, 9, 500000)),
        ("2024-13-02T06:11:09Z", None),
        ("...", None),
        (5, None),
    ],
)
def test_times_of_every_form_are_read_as_utc(text, expected):
    assert identity.instant(text) == expected


@pytest.mark.parametrize(
    "code",
    [
        "AccessDenied",
        "AccessDeniedException",
        "Client.UnauthorizedOperation",
        "UnauthorizedException",
        "AuthFailure",
        "Client.AuthFailure",
        "VpceAccessDenied",
        "NotAuthorizedException",
        "AuthorizationErrorException",
        "ForbiddenException",
        "KMS.AccessDeniedException",
        "Client.OperationNotPermitted",
        "Client.UnauthorizedAccess",
    ],
)
def test_a_refusal_is_a_refusal_in_every_spelling(code):
    assert outcome.outcome("s3.amazonaws.com", "X", code, None, None, None)[0] == "denied"


@pytest.mark.parametrize(
    "code", ["NoSuchBucket", "ThrottlingException", "Client.VcpuLimitExceeded", "ValidationException"]
)
def test_other_errors_are_failures(code):
    assert outcome.outcome("s3.amazonaws.com", "X", code, None, None, None)[0] == "failed"


def test_identity_center_says_failure_in_its_details():
    assert (
        outcome.outcome(
            "signin.amazonaws.com", "UserAuthentication", None, None, None, {"UserAuthentication": "Failure"}
        )[0]
        == "failed"
    )


def test_the_text_of_a_denial_names_who_what_and_why():
    said = outcome.denial(
        "User: arn:aws:iam::1:user/a is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k because no identity-based policy"
    )
    assert (said["principal"], said["action"], said["resource"]) == (
        "arn:aws:iam::1:user/a",
        "s3:GetObject",
        "arn:aws:s3:::b/k",
    )
    assert said["reason"] == "no identity-based policy"


@pytest.mark.parametrize(
    "name,base",
    [
        ("CreateFunction20150331", "CreateFunction"),
        ("UpdateFunctionCode20150331v2", "UpdateFunctionCode"),
        ("CreateDistribution2020_05_31", "CreateDistribution"),
        ("Invoke", "Invoke"),
        ("20150331", "20150331"),
        (None, None),
    ],
)
def test_a_date_behind_a_name_is_left_out(name, base):
    assert names.event_base_name(name) == base


@pytest.mark.parametrize(
    "source,name,read_only,expected",
    [
        ("s3.amazonaws.com", "ListBuckets", True, "list"),
        ("secretsmanager.amazonaws.com", "GetSecretValue", True, "read"),
        ("ec2.amazonaws.com", "RunInstances", False, "write"),
        ("iam.amazonaws.com", "AttachUserPolicy", False, "permissions"),
        ("s3.amazonaws.com", "PutBucketPolicy", False, "permissions"),
        ("sts.amazonaws.com", "AssumeRoleWithSAML", None, "session"),
        ("signin.amazonaws.com", "ConsoleLogin", False, "session"),
        ("x.amazonaws.com", "Invoke", True, "read"),
    ],
)
def test_a_call_has_a_class(source, name, read_only, expected):
    assert names.event_class(source, name, "AwsApiCall", "Management", True, read_only, False) == expected


@pytest.mark.parametrize(
    "agent,family",
    [
        ("aws-cli/2.15.0 Python/3.11", "cli"),
        ("[Boto3/1.34 md/Botocore]", "sdk"),
        ("APN/1.0 HashiCorp/1.0 Terraform/1.5", "iac"),
        ("console.amazonaws.com", "console"),
        ("ec2.amazonaws.com", "aws_service"),
        ("AWS Internal", "aws_service"),
        ("Mozilla/5.0 (Windows NT 10.0)", "browser"),
        ("S3 Browser/10.8.1", "tool"),
        ("something else", "other"),
        ("", "none"),
        (None, "none"),
    ],
)
def test_an_agent_has_a_family(agent, family):
    assert origin.agent_family(agent) == family


@pytest.mark.parametrize(
    "address,kind",
    [
        ("198.51.100.9", "reserved_ip"),
        ("203.0.113.7", "reserved_ip"),
        ("192.0.2.1", "reserved_ip"),
        ("2001:db8::5", "reserved_ip"),
        ("198.18.0.1", "reserved_ip"),
        ("224.0.0.1", "reserved_ip"),
        ("172.31.255.255", "private_ip"),
        ("172.32.0.0", "public_ip"),
        ("100.64.0.1", "private_ip"),
        ("169.254.169.254", "private_ip"),
        ("::1", "private_ip"),
        ("fd00:ec2::254", "private_ip"),
        ("::ffff:10.0.0.1", "private_ip"),
        ("8.8.8.8", "public_ip"),
        ("2600:1f18::1", "public_ip"),
        ("10.0.0.1", "private_ip"),
        ("08.1.250.216", "invalid"),
        ("192.0.2.0/24", "invalid"),
        ("config.amazonaws.com", "aws_service"),
        ("AWS Internal", "aws_internal"),
        ("somewhere", "other"),
        ("", "empty"),
        (None, "empty"),
    ],
)
def test_an_address_has_a_kind(address, kind):
    assert origin.source_kind(address) == kind


@pytest.mark.parametrize(
    "source,parameters,expected",
    [
        ("s3.amazonaws.com", {"bucketName": "payroll", "key": "a"}, "payroll"),
        ("ec2.amazonaws.com", {"instancesSet": {"items": [{"instanceId": "i-1"}]}}, "i-1"),
        ("ec2.amazonaws.com", {"CreateFlowLogsRequest": {"name": "f"}}, "f"),
        ("rds.amazonaws.com", {"dBInstanceIdentifier": "db"}, "db"),
        ("iam.amazonaws.com", {"policyArn": "p", "userName": "u"}, "u"),
        ("backup.amazonaws.com", {"backupVaultName": "main", "recoveryPointArn": "arn:r"}, "arn:r"),
        ("elasticfilesystem.amazonaws.com", {"fileSystemId": "fs-1"}, "fs-1"),
        ("organizations.amazonaws.com", {"policyId": "p-1", "targetId": "111122223333"}, "p-1"),
        ("ec2.amazonaws.com", {"destinationCidrBlock": "0.0.0.0/0", "routeTableId": "rtb-1"}, "rtb-1"),
        ("ec2.amazonaws.com", {"DeleteNatGatewayRequest": {"NatGatewayId": "nat-1"}}, "nat-1"),
        (
            "ec2.amazonaws.com",
            {"keyName": "k", "instancesSet": {"items": [{"imageId": "ami-1", "keyName": "k"}]}},
            "ami-1",
        ),
        ("ec2.amazonaws.com", {"keyName": "k", "launchTemplate": {"launchTemplateId": "lt-1"}}, "lt-1"),
        ("ec2.amazonaws.com", {"keyName": "k", "instancesSet": {"items": [{"keyName": "k"}]}}, "k"),
        ("ec2.amazonaws.com", {"keyName": "k"}, "k"),
        ("codepipeline.amazonaws.com", {"pipeline": {"name": "p", "roleArn": "arn:r"}}, "p"),
        ("ssm.amazonaws.com", {"names": ["/one"]}, "/one"),
        ("ec2.amazonaws.com", {"filterSet": {"items": [{"name": "vpc-id"}]}, "tags": {"name": "x"}}, None),
        ("iam.amazonaws.com", None, None),
        ("iam.amazonaws.com", "text", None),
        ("iam.amazonaws.com", [1], None),
    ],
)
def test_a_call_is_about_what_its_parameters_name(source, parameters, expected):
    assert target.target(source, parameters, None, None, None, None)[0] == expected


@pytest.mark.parametrize(
    "parameters,response,expected",
    [
        ({"cidrBlock": "10.0.0.0/16"}, {"requestId": "r", "vpc": {"vpcId": "vpc-1", "ownerId": "1"}}, "vpc-1"),
        (None, {"accessKey": {"accessKeyId": "AKIA1", "userName": "ana"}}, "ana"),
        ({"iamRole": "r"}, {"activationId": "a"}, "a"),
        ({"durationSeconds": 900}, {"credentials": {"accessKeyId": "ASIA1"}}, None),
        (None, {"ConsoleLogin": "Success"}, None),
        ({"userName": "u"}, {"user": {"userName": "v"}}, "u"),
    ],
)
def test_what_a_call_made_is_what_it_was_about_where_its_parameters_name_nothing(parameters, response, expected):
    assert target.target("x.amazonaws.com", parameters, response, None, None, None)[0] == expected


@pytest.mark.parametrize(
    "call",
    [
        "rds:ModifyDBSnapshotAttribute", "rds:ModifyDBClusterSnapshotAttribute", "ec2:ModifySnapshotAttribute", "ec2:ModifyImageAttribute",
        "ec2:ResetSnapshotAttribute", "sns:SetTopicAttributes", "sqs:SetQueueAttributes", "sns:AddPermission", "lambda:AddPermission20150331v2",
        "lambda:CreateFunctionUrlConfig", "secretsmanager:PutResourcePolicy", "kms:PutKeyPolicy", "kms:CreateGrant", "ecr:SetRepositoryPolicy",
        "elasticfilesystem:PutFileSystemPolicy", "backup:PutBackupVaultAccessPolicy", "ram:CreateResourceShare", "redshift:AuthorizeSnapshotAccess",
        "eks:CreateAccessEntry", "ec2:AssociateIamInstanceProfile", "codebuild:UpdateProjectVisibility", "rolesanywhere:CreateTrustAnchor",
        "organizations:RegisterDelegatedAdministrator", "organizations:LeaveOrganization", "ec2:ModifySecurityGroupRules",
    ],
)  # fmt: skip
def test_a_call_that_lets_somebody_in_is_one_of_permissions_whatever_its_service(call):
    source, name = call.split(":")
    assert (
        names.event_class(f"{source}.amazonaws.com", name, "AwsApiCall", "Management", True, False, False)
        == "permissions"
    )


def test_every_derived_column_is_given():
    from ctforensics.trail.columns import EVENT_COLUMNS

    given = set(derive.derive({"userIdentity": ROLE, "recipientAccountId": "111122223333"}))
    ours = {c.name for c in EVENT_COLUMNS if c.field is None}
    of_the_loader = {"event_key", "event_time_basis", "unknown_fields", "parse_flags", "fidelity", "record_text"}
    assert given == ours - of_the_loader - {"verification", "verification_code"}


def test_what_a_call_was_about_does_not_depend_on_the_order_of_members():
    first = {"groupSet": {"items": [{"groupId": "sg-1"}]}, "instancesSet": {"items": [{"imageId": "ami-1"}]}}
    second = {"CreateVpcRequest": {"vpcId": "vpc-1"}, "AddRequest": {"subnetId": "subnet-1"}}
    third = {"BucketName": "b", "bucketname": "a"}
    for parameters in (first, second, third):
        backwards = dict(reversed(parameters.items()))
        assert list(backwards) != list(parameters)
        args = ("ec2.amazonaws.com", parameters, None, None, None, None)
        assert target.target(*args)[0] is not None
        assert target.target(*args) == target.target(args[0], backwards, *args[2:])
