"""What makes naive questions wrong: facts about CloudTrail records, each as a question that gets it right."""

import json

import pytest

from tests.ask.conftest import event

HOME, OTHER = "111122223333", "777788889999"
DENIED = f"User: arn:aws:iam::{HOME}:user/ana is not authorized to perform: iam:CreateAccessKey on resource: user eve because no identity-based policy allows the iam:CreateAccessKey action"


def ids(rows):
    return [row["event_id"] for row in rows]


def test_a_denied_call_is_found_by_the_resource_that_only_its_error_text_names(case_of):
    denied = event("iam", "CreateAccessKey", errorCode="AccessDenied", requestParameters=None,
                   errorMessage=DENIED.replace("user eve", f"arn:aws:iam::{HOME}:user/eve"))  # fmt: skip
    ask = case_of(denied, event("iam", "ListUsers"))
    assert ids(ask("actions_by_resource", resource=f"arn:aws:iam::{HOME}:user/eve")) == [denied["eventID"]]
    (row,) = ask("authorization_failures")
    assert (row["denied_action"], row["denied_by"], row["explicit_deny"]) == (
        "iam:CreateAccessKey",
        "identity policy",
        False,
    )
    assert row["denied_resource"] == f"arn:aws:iam::{HOME}:user/eve"


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation", "UnauthorizedException",
                                  "Client.AuthFailure", "VpceAccessDenied", "ForbiddenException", "OperationNotPermittedException"])  # fmt: skip
def test_every_spelling_of_a_refusal_is_a_refusal(case_of, code):
    assert len(case_of(event("ec2", "RunInstances", errorCode=code))("authorization_failures")) == 1


ROOT = {"type": "Root", "arn": f"arn:aws:iam::{HOME}:root", "accountId": HOME, "accessKeyId": "ASIAEXAMPLEROOT00001"}


def test_the_reach_of_a_key_holds_whatever_it_made_and_only_its_own_undoing_ends_it(case_of):
    def act(minute, service, name, **more):
        return event(service, name, minute=minute, **more)

    user, group = {"userName": "eve"}, {"groupId": "sg-1", "ipProtocol": "tcp", "fromPort": 22, "toPort": 22}
    policies = [
        {**user, "policyArn": f"arn:aws:iam::aws:policy/{name}"} for name in ("AdministratorAccess", "ReadOnly")
    ]
    ask = case_of(
        act(1, "ecs", "CreateCluster", requestParameters={"clusterName": "c1"}),
        act(2, "lightsail", "CreateInstances", requestParameters={"instanceNames": ["a1"]}, key="AKIAEXAMPLEANA000001"),
        act(3, "iam", "AttachUserPolicy", requestParameters=policies[0]),
        act(4, "ec2", "AuthorizeSecurityGroupIngress", requestParameters={**group, "cidrIp": "0.0.0.0/0"}),
        act(5, "ecs", "DeleteCluster", requestParameters={"cluster": "c1"}, errorCode="AccessDenied"),
        act(6, "iam", "DetachUserPolicy", requestParameters=policies[1], key="AKIAEXAMPLEBOB000001"),
        act(7, "ec2", "RevokeSecurityGroupIngress", requestParameters={**group, "cidrIp": "10.0.0.0/8"}),
        act(
            8, "ses", "CreateEmailIdentity", requestParameters={"emailIdentity": "x.example"}, errorCode="AccessDenied"
        ),
        act(9, "cloudtrail", "StopLogging", requestParameters={"name": "main"}),
        act(10, "lightsail", "DeleteInstance", requestParameters={"instanceName": "a2"}),
    )
    rows = ask("blast_radius", access_key_id="AKIAEXAMPLEANA000001")
    assert {row["event_name"]: row["kind"] for row in rows} == {
        "CreateCluster": "other thing made",
        "CreateInstances": "other thing made",
        "AttachUserPolicy": "permission",
        "AuthorizeSecurityGroupIngress": "network opening",
        "StopLogging": "other change",
    }
    assert not any(row["undone_at"] for row in rows)


def test_what_still_stands_is_said_as_of_the_last_recorded_event_unless_another_instant_is_asked_for(case_of):
    minted = {"credentials": {"accessKeyId": "ASIAEXAMPLEANA000001"}}
    ask = case_of(
        event("sts", "GetSessionToken", minute=1, responseElements=minted),
        event("iam", "CreateUser", minute=2, requestParameters={"userName": "eve"}),
        event(
            "iam",
            "DeleteUser",
            minute=50,
            requestParameters={"userName": "eve"},
            user="bob",
            key="AKIAEXAMPLEBOB000001",
        ),
    )

    def told(**more):
        rows = ask("blast_radius", access_key_id="AKIAEXAMPLEANA000001", **more)
        return {row["kind"]: (row["state"].split(":")[0], f"{row['as_of']:%m-%d %H:%M}") for row in rows}

    assert told() == {"session": ("may be valid at as_of", "05-02 06:50"), "user": ("undone", "05-02 06:50")}
    early = told(at="2024-05-02T06:10:00Z")
    assert early["user"] == ("still stands as far as is recorded", "05-02 06:10")
    assert told(at="2024-06-01")["session"] == ("expired before as_of", "06-01 00:00")


def test_for_whom_a_second_factor_is_stays_open_where_the_record_names_no_user(case_of):
    serial = {"serialNumber": f"arn:aws:iam::{HOME}:mfa/eve"}
    ask = case_of(
        event("iam", "DeleteVirtualMFADevice", minute=1, requestParameters=serial),
        event("iam", "DeactivateMFADevice", minute=2, requestParameters={"userName": "eve", **serial}),
        event("iam", "EnableMFADevice", minute=3, requestParameters={"userName": "ana", **serial}),
        event("iam", "DeactivateMFADevice", minute=4, requestParameters={"userName": "eve"}, userIdentity=ROOT),
    )
    rows = ask("mfa_device_changes")
    assert [row["subject"] for row in rows] == [None, "eve", "ana", "eve"]
    assert [row["for_someone_else"] for row in rows] == [None, True, False, True]


def test_what_root_makes_for_a_user_is_made_for_somebody_else(case_of):
    made = {"accessKey": {"userName": "eve", "accessKeyId": "AKIAEXAMPLEEVE000009"}}
    ask = case_of(
        event(
            "iam", "CreateAccessKey", requestParameters={"userName": "eve"}, responseElements=made, userIdentity=ROOT
        ),
        event("iam", "CreateLoginProfile", requestParameters={"userName": "eve"}, userIdentity=ROOT),
        event("iam", "CreateAccessKey", requestParameters=None, errorCode="AccessDenied", errorMessage=DENIED),
    )
    keys = ask("access_keys_created")
    assert sorted(str(row["for_someone_else"]) for row in keys) == ["None", "True"]
    assert (
        len(ask("access_keys_created", by_other_only=True))
        == len(ask("login_profile_changes", by_other_only=True))
        == 1
    )


def sign_in(result, **more):
    failed = {"errorMessage": "Failed authentication"} if result == "Failure" else {}
    identity = {"type": "IAMUser", "accountId": HOME, "userName": "ana"}
    return event(
        "signin", "ConsoleLogin", responseElements={"ConsoleLogin": result}, userIdentity=identity, **failed, **more
    )


def test_a_failed_sign_in_has_no_error_code(case_of):
    failed, done = sign_in("Failure"), sign_in("Success")
    ask = case_of(failed, done)
    assert ids(ask("console_login_failures")) == [failed["eventID"]]
    assert {row["outcome"] for row in ask("console_logins")} == {"failed", "success"}
    assert len(ask("console_logins", outcome="failed")) == 1 and len(ask("console_logins", outcome="succeeded")) == 1


@pytest.mark.parametrize(("said", "found"), [("No", 1), ("NO", 1), ("no", 1), ("Yes", 0), ("YES", 0)])
def test_mfa_used_is_compared_without_case(case_of, said, found):
    ask = case_of(sign_in("Success", additionalEventData={"MFAUsed": said}))
    assert len(ask("console_login_without_mfa")) == found


def test_a_federated_sign_in_without_mfa_is_not_one_without_a_second_factor(case_of):
    saml = sign_in(
        "Success", additionalEventData={"MFAUsed": "No", "SamlProviderArn": f"arn:aws:iam::{HOME}:saml-provider/idp"}
    )
    assert case_of(saml)("console_login_without_mfa") == []


def test_the_two_copies_of_a_role_assumption_count_once(case_of):
    issued = {
        "credentials": {"accessKeyId": "ASIAEXAMPLEHOP000001"},
        "assumedRoleUser": {"arn": f"arn:aws:sts::{OTHER}:assumed-role/app/x"},
    }
    params = {"roleArn": f"arn:aws:iam::{OTHER}:role/app", "roleSessionName": "x"}
    here = event("sts", "AssumeRole", requestParameters=params, responseElements=issued, sharedEventID="s-1", minute=1)
    there = event("sts", "AssumeRole", requestParameters=params, responseElements=issued, sharedEventID="s-1", minute=1,
                  recipientAccountId=OTHER, userIdentity={"type": "AWSAccount", "accountId": HOME, "principalId": "AIDAANA"})  # fmt: skip
    chain = case_of(here, there)("role_assumption_chain")
    assert len(chain) == 1 and chain[0]["from_key"] == "AKIAEXAMPLEANA000001" and chain[0]["to_account"] == OTHER


def test_a_chain_is_walked_over_many_hops_and_names_where_it_cannot_go_on(case_of):
    keys = ["AKIAEXAMPLEANA000001", *(f"ASIAEXAMPLEHOP{n:06}" for n in range(1, 5))]
    hops = [
        event("sts", "AssumeRole", minute=n, key=keys[n], requestParameters={"roleArn": f"arn:aws:iam::{HOME}:role/r{n}"},
              responseElements={"credentials": {"accessKeyId": keys[n + 1]}})
        for n in range(4)
    ]  # fmt: skip
    lost = event("sts", "AssumeRole", minute=9, key="ASIAEXAMPLELOST00001", requestParameters={"roleArn": f"arn:aws:iam::{HOME}:role/z"},
                 responseElements={"credentials": {"accessKeyId": "ASIAEXAMPLELOST00002"}})  # fmt: skip
    ask = case_of(*hops, lost)
    chain = ask("role_assumption_chain")
    assert [(row["hop"], row["to_key"]) for row in chain[:4]] == [(n, keys[n]) for n in range(1, 5)]
    assert "not in the archive" in chain[4]["unresolved"]
    assert [row["issued_to_key"] for row in ask("session_key_origin", access_key_id=keys[4])] == keys[3::-1]
    assert [row["new_key"] for row in ask("session_key_descendants", access_key_id=keys[0])] == keys[1:]


def test_both_eras_of_a_workforce_user_are_one(case_of):
    old = event(
        "sso", "Federate", userIdentity={"type": "Unknown", "userName": "ana@example.com", "principalId": "u-1"}
    )
    new = event(
        "sso",
        "Federate",
        userIdentity={"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1"}, "credentialId": "c"},
    )
    ask = case_of(old, new, inputs={"people.csv": "user_id,user_name\nu-1,ana@example.com\n"})
    assert len(ask("activity_by_identity_center_user", identity_user="ana@example.com")) == 2


DOCUMENT = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
TEXT = json.dumps(DOCUMENT)
FORMS = [
    ("s3", "PutBucketPolicy", {"bucketName": "b", "bucketPolicy": DOCUMENT}, None),
    ("kms", "PutKeyPolicy", {"keyId": "k", "policy": TEXT}, None),
    ("secretsmanager", "PutResourcePolicy", {"secretId": "s", "resourcePolicy": TEXT}, None),
    ("ecr", "SetRepositoryPolicy", {"repositoryName": "r", "policyText": TEXT}, None),
    ("sns", "SetTopicAttributes", {"topicArn": "t", "attributeName": "Policy", "attributeValue": TEXT}, None),
    ("sqs", "SetQueueAttributes", {"queueUrl": "q", "attributes": {"Policy": TEXT}}, None),
    ("es", "UpdateDomainConfig", {"domainName": "d", "accessPolicies": TEXT}, None),
    ("lambda", "AddPermission20150331v2", {"functionName": "f", "principal": "*", "action": "lambda:InvokeFunction"}, None),
    ("lambda", "AddPermission20150331v2", {"functionName": "f"}, {"statement": json.dumps(DOCUMENT["Statement"][0])}),
    ("kms", "PutKeyPolicy", {"keyId": "k", "policy": "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%22%2A%22%7D%2C%22Action%22%3A%22%2A%22%7D%7D"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("service", "name", "params", "response"), FORMS)
def test_every_form_of_a_policy_document_is_read(case_of, service, name, params, response):
    (row,) = case_of(event(service, name, requestParameters=params, responseElements=response))(
        "resource_policy_grants"
    )
    assert row["open_to_everyone"] and any("everyone may" in said for said in row["says"])


@pytest.mark.parametrize(
    ("condition", "public"),
    [
        (None, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"StringLike": {"aws:PrincipalOrgID": "*"}}, True),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"ArnLike": {"AWS:SourceArn": f"arn:aws:sns:us-east-1:{HOME}:t"}}, False),
        ({"IpAddress": {"aws:SourceIp": ["0.0.0.0/0"]}}, True),
        ({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
    ],
)
def test_a_wildcard_is_public_unless_its_condition_really_narrows(case_of, condition, public):
    statement = DOCUMENT["Statement"][0] | ({"Condition": condition} if condition else {})
    put = event(
        "s3", "PutBucketPolicy", requestParameters={"bucketName": "b", "bucketPolicy": {"Statement": statement}}
    )
    (row,) = case_of(put)("who_changed_bucket_policy", bucket="b")
    assert ("open to everyone" in row["remarks"]) is public


@pytest.mark.parametrize(
    "principal",
    [f"arn:aws:iam::{OTHER}:root", OTHER, f"arn:aws-us-gov:iam::{OTHER}:user/x", [f"arn:aws-cn:iam::{OTHER}:role/r"]],
)
def test_another_account_is_seen_in_every_form_of_a_principal(case_of, principal):
    document = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "s3:*"}]}
    put = event("s3", "PutBucketPolicy", requestParameters={"bucketName": "b", "bucketPolicy": document})
    assert case_of(put)("bucket_opened_to_outsiders")[0]["outside_accounts"] == [OTHER]
    ours = case_of(put, inputs={"owned_accounts.txt": f"{OTHER}\n"})
    assert ours("bucket_opened_to_outsiders") == []


def test_a_deny_statement_is_no_grant(case_of):
    document = {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*"}]}
    ask = case_of(event("s3", "PutBucketPolicy", requestParameters={"bucketName": "b", "bucketPolicy": document}))
    assert ask("bucket_opened_to_outsiders") == [] and ask("who_changed_bucket_policy", bucket="b")[0]["remarks"] == [
        "has a deny statement"
    ]


def test_the_history_of_a_policy_says_in_words_what_changed_and_what_is_not_known(case_of):
    def put(action, minute):
        document = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": action, "Resource": "r"}]}
        return event(
            "s3", "PutBucketPolicy", minute=minute, requestParameters={"bucketName": "b", "bucketPolicy": document}
        )

    steps = case_of(
        put("s3:GetObject", 1),
        put(["s3:GetObject", "s3:PutObject"], 2),
        event("s3", "DeleteBucketPolicy", minute=3, requestParameters={"bucketName": "b"}),
    )("policy_document_history", subject="b")
    assert steps[0]["compared_with"] == "what it said before is not recorded"
    assert steps[1]["newly_says"] == [f"account {OTHER} may s3:PutObject on r"] and steps[1]["no_longer_says"] == []
    assert len(steps[2]["no_longer_says"]) == 2


def test_a_key_that_was_made_and_never_used_says_so(case_of):
    made = event("iam", "CreateAccessKey", requestParameters={"userName": "eve"},
                 responseElements={"accessKey": {"accessKeyId": "AKIAEXAMPLEEVE000001", "userName": "eve"}})  # fmt: skip
    (row,) = case_of(made)("access_key_lifecycle", access_key_id="AKIAEXAMPLEEVE000001")
    assert (row["owner"], row["use"], row["by_someone_else"]) == ("eve", "never used in what is loaded", True)


def test_rules_of_security_groups_are_read_in_all_their_forms(case_of):
    nested = {"groupId": "sg-1", "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]},
              "ipv6Ranges": {}, "groups": {}}]}}  # fmt: skip
    flat = {
        "groupId": "sg-1",
        "ipProtocol": "tcp",
        "fromPort": 3389,
        "toPort": 3389,
        "cidrIp": "128.0.0.0/1",
        "ipPermissions": {},
    }
    six = {
        "groupId": "sg-1",
        "ipPermissions": {"items": {"ipProtocol": "-1", "ipv6Ranges": {"items": {"cidrIpv6": "::/0"}}}},
    }
    inside = {
        "groupId": "sg-1",
        "ipProtocol": "tcp",
        "fromPort": 22,
        "toPort": 22,
        "cidrIp": "10.0.0.0/8",
        "ipPermissions": {},
    }
    rows = case_of(
        *(
            event("ec2", "AuthorizeSecurityGroupIngress", minute=n, requestParameters=p)
            for n, p in enumerate((nested, flat, six, inside))
        )
    )("security_group_and_vpc_changes")
    assert [row["rules"] for row in rows] == [
        ["tcp 22 0.0.0.0/0"],
        ["tcp 3389 128.0.0.0/1"],
        ["all ::/0"],
        ["tcp 22 10.0.0.0/8"],
    ]
    assert [row["opens_to_world"] for row in rows] == [True, True, True, False]


def test_what_a_call_cannot_do_is_not_denied_of_it_and_what_was_refused_opened_nothing(case_of):
    world = {"groupId": "sg-1", "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIp": "0.0.0.0/0"}
    protect = {"instanceId": "i-1", "disableApiTermination": {"value": True}}
    launch = {"instancesSet": {"items": [{"imageId": "ami-1", "maxCount": 1}]}, "keyName": "k"}
    ask = case_of(
        event("ec2", "CreateTrafficMirrorSession", minute=1),
        event(
            "ec2", "AuthorizeSecurityGroupIngress", minute=2, requestParameters=world, errorCode="UnauthorizedOperation"
        ),
        event("ec2", "AuthorizeSecurityGroupIngress", minute=3, requestParameters=None),
        event("ec2", "StopInstances", minute=4, requestParameters={"instancesSet": {"items": [{"instanceId": "i-1"}]}}),
        event("ec2", "ModifyInstanceAttribute", minute=5, requestParameters=protect),
        event("ec2", "RunInstances", minute=6, requestParameters=launch),
        event(
            "ec2",
            "RunInstances",
            minute=7,
            requestParameters={**launch, "launchTemplate": {"launchTemplateId": "lt-1"}},
        ),
        event("ec2", "RunInstances", minute=8, requestParameters={**launch, "userData": "<sensitiveDataRemoved>"}),
    )
    assert [row["opens_to_world"] for row in ask("security_group_and_vpc_changes")] == [None, False, None]
    rows = ask("ec2_instance_activity")
    assert [row["has_user_data"] for row in rows] == [None, None, False, None, True]
    assert [row["key_name"] for row in rows] == [None, None, "k", "k", "k"]
    assert rows[1]["asked_to_change"] == ["disableApiTermination true"] and rows[0]["asked_to_change"] is None
    assert [row["user_data_replaced"] for row in ask("instance_state_changes")] == [None, False]


def test_date_suffixes_and_lone_objects_do_not_hide_calls(case_of):
    code = event("lambda", "UpdateFunctionCode20150331v2", requestParameters={"functionName": "f"})
    logs = event(
        "ec2",
        "DeleteFlowLogs",
        requestParameters={"DeleteFlowLogsRequest": {"FlowLogId": {"tag": 1, "content": "fl-1"}}},
    )
    ask = case_of(code, logs)
    assert len(ask("lambda_code_overwrites")) == 1 and ask("flow_logs_removed")[0]["flow_log_ids"] == ["fl-1"]


@pytest.mark.parametrize(
    ("cidr", "found"),
    [
        ("198.51.100.0/24", 1),
        ("198.51.100.7", 1),
        ("198.51.100.8/29", 0),
        ("198.51.100.0/29", 1),
        ("2001:db8::/32", 1),
        ("::/0", 2),
        ("0.0.0.0/0", 1),
        ("x/24", 0),
    ],
)
def test_networks_hold_addresses_of_both_families_and_no_others(case_of, cidr, found):
    addresses = ["198.51.100.7", "2001:db8::7", "AWS Internal", "256.1.1.1", "s3.amazonaws.com", ""]
    ask = case_of(*(event("s3", "ListBuckets", sourceIPAddress=address) for address in addresses))
    assert len(ask("actions_by_source_ip", cidrs=[cidr])) == found


def test_an_archive_without_data_events_says_so_instead_of_answering_nothing(case_of):
    told = case_of(event("s3", "CreateBucket", requestParameters={"bucketName": "b"})).reply(
        "object_access", bucket="b"
    )
    assert told.rows.rows == [] and "no s3 data events" in told.footer()


def test_windows_are_half_open_and_offsets_are_converted(case_of):
    ask = case_of(event("s3", "ListBuckets", minute=0), event("s3", "ListBuckets", minute=1))
    assert (
        len(
            ask("who_called", action="ListBuckets", since="2024-05-02T06:00:00Z", until="2024-05-02T06:01:00Z")[0][
                "event_ids"
            ]
        )
        == 1
    )
    assert len(ask("actions_by_principal", principal="ana", since="2024-05-02T08:01:00+02:00")) == 1


def test_scope_of_accounts_regions_and_outcome_holds_everywhere(case_of):
    ask = case_of(event("s3", "ListBuckets"), event("s3", "ListBuckets", recipientAccountId=OTHER, awsRegion="eu-west-1"),
                  event("s3", "ListBuckets", errorCode="AccessDenied"), event("s3", "ListBuckets", errorCode="NoSuchBucket"))  # fmt: skip
    counted = (
        {"accounts": [OTHER]},
        {"regions": "eu-west-1"},
        {"outcome": "denied"},
        {"outcome": "failed"},
        {"outcome": "succeeded"},
    )
    assert [len(ask("actions_by_principal", principal="ana", **scope)) for scope in counted] == [1, 1, 1, 2, 2]


def test_hidden_names_are_never_one_user_and_have_no_arn(case_of):
    def failed(minute, name, address):
        who = {"type": "IAMUser", "accountId": HOME, "accessKeyId": "", "userName": name}
        said = {
            "responseElements": {"ConsoleLogin": "Failure"},
            "errorMessage": "No username found in supplied account",
        }
        return event("signin", "ConsoleLogin", minute=minute, userIdentity=who, sourceIPAddress=address, **said)

    hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"
    ask = case_of(
        *(failed(minute, hidden, "203.0.113.9") for minute in (1, 2, 3)),
        failed(4, hidden, "203.0.113.10"),
        failed(5, "ana", "203.0.113.10"),
        failed(6, hidden, "203.0.113.11"),
    )
    rows = ask("console_password_spray")
    told = {
        row["source_ip_address"]: (row["users"], row["users_at_most"], row["failures_with_hidden_name"]) for row in rows
    }
    assert told == {"203.0.113.9": (0, 3, 3), "203.0.113.10": (1, 2, 1)}
    (row,) = ask("console_bruteforce")
    assert row["name_hidden"] and row["user_name"] is None and row["failures"] == 5
    actors = {row["actor"] for row in ask("console_login_failures")}
    assert actors == {*(f"unknown@203.0.113.{n}" for n in (9, 10, 11)), f"arn:aws:iam::{HOME}:user/ana"}
