"""Traps of questions about services: refusals without parameters, odd shapes, sliding windows, what is ours and what is not."""

from __future__ import annotations

import pytest

from tests.ask.conftest import event

STRANGER = "777788889999"
REFUSAL = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: {} on resource: {} because no identity-based policy allows the action"


def refused(service, name, action, resource, **more):
    """A refused call as most services log it: without parameters, the resource in the text alone."""
    return event(
        service,
        name,
        requestParameters=None,
        errorCode="AccessDenied",
        errorMessage=REFUSAL.format(action, resource),
        **more,
    )


def opened_group(rule, minute):
    return event("ec2", "AuthorizeSecurityGroupIngress", minute=minute, requestParameters={"groupId": "sg-1", **rule})


def nested(network, kind="ipRanges", member="cidrIp"):
    permission = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, kind: {"items": [{member: network}]}}
    return {"ipPermissions": {"items": [permission]}}


def test_a_refused_call_is_found_by_the_resource_that_only_its_text_names(case_of):
    arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:break-glass-AbCdEf"
    ask = case_of(
        refused("secretsmanager", "GetSecretValue", "secretsmanager:GetSecretValue", arn),
        event("secretsmanager", "GetSecretValue", requestParameters={"secretId": "web/key"}),
    )
    (row,) = ask("secrets_read", secret="break-glass")
    assert row["outcome"] == "denied" and row["secret_ids"] == [arn]


def test_a_refused_call_that_names_nothing_passes_every_filter(case_of):
    ask = case_of(refused("lambda", "UpdateFunctionCode20150331v2", "lambda:UpdateFunctionCode", "*"))
    assert len(ask("lambda_changes", function_name="billing")) == 1


def test_signs_of_patterns_stand_for_themselves_in_filters(case_of):
    ask = case_of(event("secretsmanager", "GetSecretValue", requestParameters={"secretId": "web/key"}))
    assert not ask("secrets_read", secret="%") and not ask("secrets_read", secret="web_key")
    assert len(ask("secrets_read", secret="WEB/")) == 1


@pytest.mark.parametrize("holder", ["items", "list", "lone"])
def test_a_shared_snapshot_is_read_in_every_shape(case_of, holder):
    one = {"userId": STRANGER}
    add = {"items": {"items": [one]}, "list": [one], "lone": {"items": one}}[holder]
    ask = case_of(
        event(
            "ec2",
            "ModifySnapshotAttribute",
            requestParameters={"snapshotId": "snap-1", "createVolumePermission": {"add": add}},
        )
    )
    (row,) = ask("snapshot_sharing_changes")
    assert row["shared_with"] == row["outside_accounts"] == [STRANGER] and row["made_public"] is False


def test_owned_accounts_are_not_outside_and_everyone_is(case_of):
    def share(**who):
        return event(
            "ec2",
            "ModifyImageAttribute",
            requestParameters={"imageId": "ami-1", "launchPermission": {"add": {"items": [who]}}},
        )

    ask = case_of(
        share(userId=STRANGER), share(group="all"), inputs={"owned_accounts.csv": f"account,name\n{STRANGER},lab\n"}
    )
    ours, public = ask("image_sharing_changes")
    assert ours["outside_accounts"] == [] and public["outside_accounts"] == ["all"] and public["made_public"]


OPEN_POLICY = (
    '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "777788889999"}, "Action": "*", "Resource": "*"}]}'
)
TO_STRANGER = {"items": [{"userId": STRANGER}]}
TO_SERVICE = {"ModifyVpcEndpointServicePermissionsRequest": {"AddAllowedPrincipals": [STRANGER]}}
ENTRY = {"ruleAction": "allow", "cidrBlock": "0.0.0.0/0"}
# Questions, calls that let a stranger in, their parameters, and the columns that say so.
LETTING_IN = [
    ("snapshot_sharing_changes", "ec2:ModifySnapshotAttribute", {"createVolumePermission": {"add": TO_STRANGER}}, "shared_with"),
    ("image_sharing_changes", "ec2:ModifyImageAttribute", {"launchPermission": {"add": TO_STRANGER}}, "shared_with"),
    ("db_snapshot_sharing", "rds:ModifyDBSnapshotAttribute", {"valuesToAdd": [STRANGER]}, "shared_with"),
    ("db_snapshot_sharing", "rds:ModifyDBClusterSnapshotAttribute", {"valuesToAdd": [STRANGER]}, "shared_with"),
    ("db_snapshot_sharing", "redshift:AuthorizeSnapshotAccess", {"accountWithRestoreAccess": STRANGER}, "shared_with"),
    ("db_snapshot_sharing", "redshift-serverless:PutResourcePolicy", {"policy": OPEN_POLICY}, "shared_with"),
    ("resource_shares", "ram:CreateResourceShare", {"principals": [STRANGER]}, "shared_with"),
    ("resource_shares", "ram:AssociateResourceShare", {"principals": [STRANGER]}, "shared_with"),
    ("hybrid_activations_and_associations", "ssm:ModifyDocumentPermission", {"accountIdsToAdd": [STRANGER]}, "shared_with"),
    ("kms_key_policy_and_grant_changes", "kms:PutKeyPolicy", {"policy": OPEN_POLICY}, "outside_accounts"),
    ("kms_key_policy_and_grant_changes", "kms:CreateGrant", {"granteePrincipal": STRANGER}, "outside_accounts"),
    ("topic_and_queue_exposure", "sns:AddPermission", {"aWSAccountIds": [STRANGER]}, "given_to"),
    ("topic_and_queue_exposure", "sqs:SetQueueAttributes", {"attributes": {"Policy": OPEN_POLICY}}, "outside_accounts"),
    ("network_bridges", "ec2:ModifyVpcEndpointServicePermissions", TO_SERVICE, "opened_to"),
    ("resource_policy_grants", "secretsmanager:PutResourcePolicy", {"resourcePolicy": OPEN_POLICY}, "outside_accounts"),
    ("trust_policy_outsiders", "iam:UpdateAssumeRolePolicy", {"policyDocument": OPEN_POLICY}, "outside_accounts"),
    ("backdoor_role_chain", "iam:UpdateAssumeRolePolicy", {"policyDocument": OPEN_POLICY}, "outside_accounts"),
    ("bucket_opened_to_outsiders", "s3:PutBucketPolicy", {"bucketName": "b", "bucketPolicy": OPEN_POLICY}, "outside_accounts"),
]  # fmt: skip
# The same for calls that open something to everybody, or change what runs, and what the columns say.
OPENING = [
    ("build_runner_backdoors", "codebuild:UpdateProjectVisibility", {"projectVisibility": "PUBLIC_READ"}, "made_public", True),
    ("build_runner_backdoors", "codebuild:StartBuild", {"buildspecOverride": "x"}, "buildspec_replaced", True),
    ("public_access_block_changes", "s3:DeleteBucketPublicAccessBlock", {"bucketName": "b"}, "relaxed", True),
    ("nacl_changes", "ec2:CreateNetworkAclEntry", ENTRY, "wide_open", True),
    ("security_group_opened_to_world", "ec2:AuthorizeSecurityGroupIngress", nested("0.0.0.0/0"), "opened", ["tcp 22 0.0.0.0/0"]),
    ("function_access_grants", "lambda:AddPermission20150331v2", {"principal": "*"}, "granted_to", "*"),
    ("cluster_access_grants", "eks:CreateAccessEntry", {"principalArn": "arn:x"}, "given_to", "arn:x"),
    ("db_restores_and_exposure", "rds:ModifyDBInstance", {"publiclyAccessible": True}, "publicly_accessible", "true"),
]  # fmt: skip
TAKING_BACK = [
    ("db_snapshot_sharing", "redshift:RevokeSnapshotAccess", {"accountWithRestoreAccess": STRANGER}, "shared_with"),
    ("resource_shares", "ram:DisassociateResourceShare", {"principals": [STRANGER]}, "shared_with"),
    ("hybrid_activations_and_associations", "ssm:ModifyDocumentPermission", {"accountIdsToRemove": [STRANGER]}, "shared_with"),
    ("cluster_access_grants", "eks:DeleteAccessEntry", {"principalArn": STRANGER}, "given_to"),
]  # fmt: skip


def called(call, params, **more):
    service, name = call.split(":")
    return event(service, name, requestParameters=params, **more)


def rows_of(ask, question, call, **where):
    """The rows of an answer about one call, the earliest first."""
    rows = [row for row in ask(question) if f"{row['event_source'].split('.')[0]}:{row['event_name']}" == call]
    return [row for row in rows if all(row[name] == value for name, value in where.items())]


def test_what_was_refused_let_nobody_in_and_says_whom_it_would_have(case_of):
    calls = {call: params for _, call, params, _ in LETTING_IN}
    tries = [called(call, params, minute=1, errorCode="Client.UnauthorizedOperation") for call, params in calls.items()]
    ask = case_of(*tries, *(called(call, params, minute=2) for call, params in calls.items()))
    for question, call, _, column in LETTING_IN:
        tried, done = rows_of(ask, question, call)
        for name in (column, "outside_accounts"):
            assert any(STRANGER in said for said in done[name]) and tried[name] == [], (question, call, name)
        trying = next(name for name in done if name.startswith("tried_to_"))
        assert any(STRANGER in said for said in tried[trying]) and done[trying] is None, (question, call)
        assert not tried.get("made_public") and not tried.get("open_to_everyone"), (question, call)


def test_what_was_refused_opened_nothing(case_of):
    calls = {call: params for _, call, params, *_ in OPENING}
    tries = [called(call, params, minute=1, errorCode="AccessDenied") for call, params in calls.items()]
    ask = case_of(*tries, *(called(call, params, minute=2) for call, params in calls.items()))
    for question, call, _, column, said in OPENING:
        tried, done = rows_of(ask, question, call)
        assert not tried[column] and done[column] == said, (question, call)


def test_with_whom_something_was_shared_is_unknown_where_the_record_lost_it(case_of):
    lost = [None, {"omitted": True, "originalSize": 200_000, "reason": "too large"}]
    sharing = [row for row in LETTING_IN if row[3] == "shared_with"]
    ask = case_of(*(called(call, params, minute=1) for _, call, *_ in sharing for params in lost))
    for question, call, *_ in sharing:
        assert len(rows_of(ask, question, call, shared_with=None, outside_accounts=None)) == len(lost), (question, call)


def test_what_is_taken_back_is_not_told_as_given(case_of):
    ask = case_of(*(called(call, params) for _, call, params, _ in TAKING_BACK))
    for question, call, _, column in TAKING_BACK:
        (row,) = rows_of(ask, question, call)
        assert not row[column] and not row.get("outside_accounts"), (question, call)
        assert row["taken_from"] in (STRANGER, [STRANGER]), (question, call)


def test_the_older_form_of_a_share_says_by_its_operation_what_it_does(case_of):
    def share(minute, **how):
        return event("ec2", "ModifyImageAttribute", minute=minute, requestParameters={"imageId": "ami-1", **how})

    added, removed = case_of(
        share(1, operationType="add", userGroup=["all"]), share(2, operationType="remove", userId=[STRANGER])
    )("image_sharing_changes")
    assert added["made_public"] and added["shared_with"] == added["outside_accounts"] == ["all"]
    assert not removed["made_public"] and removed["shared_with"] == [] and removed["taken_from"] == [STRANGER]


def test_the_world_is_more_than_one_network_and_comes_in_flat_form_too(case_of):
    ask = case_of(
        opened_group(nested("0.0.0.0/0"), 1),
        opened_group(nested("::/0", "ipv6Ranges", "cidrIpv6"), 2),
        opened_group(nested("128.0.0.0/1"), 3),
        opened_group({"ipProtocol": "tcp", "fromPort": 3389, "toPort": 3389, "cidrIp": "0.0.0.0/0"}, 4),
        opened_group(nested("203.0.113.0/24"), 5),
        event("ec2", "DeleteSecurityGroup", minute=9, requestParameters={"groupId": "sg-1"}),
    )
    rows = ask("security_group_opened_to_world")
    assert [row["event_time"].minute for row in rows] == [1, 2, 3, 4]
    assert {row["taken_back_at"].minute for row in rows} == {9}
    assert not ask("security_group_opened_to_world", direction="egress")


def test_wrapped_requests_are_unwrapped(case_of):
    ask = case_of(
        event(
            "ec2",
            "CreateTrafficMirrorSession",
            requestParameters={"CreateTrafficMirrorSessionRequest": {"NetworkInterfaceId": "eni-1"}},
        ),
        event(
            "ec2",
            "ModifyInstanceMetadataOptions",
            requestParameters={"ModifyInstanceMetadataOptionsRequest": {"InstanceId": "i-1", "HttpTokens": "optional"}},
        ),
    )
    assert ask("traffic_mirroring")[0]["source_interface"] == "eni-1"
    (row,) = ask("instance_state_changes")
    assert row["instance_ids"] == ["i-1"] and row["metadata_tokens"] == "optional"


def reads(count, *, start, step=1, **more):
    return [
        event("secretsmanager", "GetSecretValue", minute=start + n * step, requestParameters={"secretId": f"s{n}"}, **more)
        for n in range(count)
    ]  # fmt: skip


def test_windows_slide_and_separate_bursts_are_separate_rows(case_of):
    ask = case_of(*reads(5, start=8), *reads(5, start=200))
    first, second = ask("secrets_bulk_read")
    assert [first["different"], second["different"]] == [5, 5]
    assert len(first["event_ids"]) == 5 and first["last_time"] < second["first_time"]


def test_slow_reading_is_no_burst_and_the_same_secret_counts_once(case_of):
    ask = case_of(*reads(6, start=0, step=20), *[r for _ in range(3) for r in reads(2, start=300)])
    assert not ask("secrets_bulk_read")
    assert len(ask("secrets_bulk_read", minutes=200)) == 1


def test_one_address_with_many_keys_is_one_burst_when_counted_by_address(case_of):
    spread = [r for n in range(5) for r in reads(1, start=n, key=f"AKIAEXAMPLEKEY00000{n}", user=f"u{n}")]
    for n, record in enumerate(spread):
        record["requestParameters"] = {"secretId": f"s{n}"}
    ask = case_of(*spread)
    assert not ask("secrets_bulk_read")
    (row,) = ask("secrets_bulk_read", by="address")
    assert row["who"] == "198.51.100.7" and len(row["access_key_ids"]) == 5


def test_taking_away_ones_own_access_is_not_taking_it_from_others(case_of):
    ask = case_of(
        event("iam", "DeleteLoginProfile", requestParameters={"userName": "ana"}),
        event("iam", "DeleteLoginProfile", requestParameters={"userName": "ben"}),
    )
    assert not ask("access_removal")
    assert len(ask("access_removal", min_targets=1)) == 1


def test_a_masked_password_is_evidence_and_a_change_of_size_is_not(case_of):
    ask = case_of(
        event(
            "rds", "ModifyDBInstance", requestParameters={"dBInstanceIdentifier": "db", "masterUserPassword": "****"}
        ),
        event("rds", "ModifyDBInstance", requestParameters={"dBInstanceIdentifier": "db", "allocatedStorage": 50}),
        event("rds", "ModifyDBInstance", requestParameters={"omitted": True, "reason": "requestParameters too large"}),
    )
    assert [row["steps"] for row in ask("database_takeover")] == [
        ["master password set"],
        ["parameters were dropped for size"],
    ]


def test_a_grant_to_everyone_that_a_source_account_narrows_is_not_open(case_of):
    def grant(**more):
        return event(
            "lambda",
            "AddPermission20150331v2",
            requestParameters={
                "functionName": "f", "principal": "*", "action": "lambda:InvokeFunction", **more
            },
        )  # fmt: skip

    ask = case_of(grant(), grant(sourceAccount="111122223333"))
    assert [row["remarks"] for row in ask("function_access_grants")] == [["open to everyone"], []]


def test_a_chain_belongs_to_one_actor_and_one_user(case_of):
    def made(name, user, minute, **more):
        return event("iam", name, user=user, minute=minute, requestParameters={"userName": "new"}, **more)

    key = {"accessKey": {"userName": "new", "accessKeyId": "AKIAEXAMPLENEW000001"}}
    ask = case_of(made("CreateUser", "ana", 1), made("CreateAccessKey", "ben", 2, responseElements=key))
    assert not ask("backdoor_user_chain")
    ask = case_of(made("CreateUser", "ana", 1), made("CreateAccessKey", "ana", 2, responseElements=key))
    (row,) = ask("backdoor_user_chain")
    assert row["user_changed"] == "new" and len(row["event_ids"]) == 2 and row["calls_with_key"] == 0


def test_only_use_after_the_revocation_counts(case_of):
    parent, child = "AKIAEXAMPLEANA000001", "ASIAEXAMPLEANA000002"
    ask = case_of(
        event("sts", "GetSessionToken", minute=1, responseElements={"credentials": {"accessKeyId": child}}),
        event("ec2", "DescribeVpcs", minute=2, key=child),
        event("iam", "DeleteAccessKey", minute=3, user="ben", key="AKIAEXAMPLEBEN000001", requestParameters={"accessKeyId": parent, "userName": "ana"}),
        event("ec2", "DescribeInstances", minute=4, key=child),
    )  # fmt: skip
    (row,) = ask("sessions_surviving_revocation")
    assert row["calls"] == 1 and row["event_names"] == ["DescribeInstances"] and row["access_key_id"] == child


def instance_call(address, minute, key="ASIAEXAMPLEWEB000001"):
    return event(
        "s3",
        "ListBuckets",
        minute=minute,
        sourceIPAddress=address,
        userIdentity={
            "type": "AssumedRole",
            "principalId": "AROAEXAMPLEWEB:i-0a1b2c3d4e5f60718",
            "arn": "arn:aws:sts::111122223333:assumed-role/web/i-0a1b2c3d4e5f60718",
            "accountId": "111122223333",
            "accessKeyId": key,
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/web", "userName": "web"}},
        },
    )  # fmt: skip


def test_known_addresses_of_an_instance_are_explained_and_others_stand_out(case_of):
    associated = event(
        "ec2",
        "AssociateAddress",
        minute=0,
        requestParameters={"instanceId": "i-0a1b2c3d4e5f60718", "publicIp": "198.51.100.10"},
    )
    ask = case_of(
        associated,
        instance_call("198.51.100.10", 1),
        instance_call("203.0.113.9", 2),
        instance_call("10.0.0.4", 3),
        instance_call("192.0.2.66", 4),
        inputs={"networks.csv": "cidr,name,kind\n203.0.113.0/24,office NAT,nat\n"},
    )
    (row,) = ask("instance_credentials_off_host")
    assert row["source_ip_address"] == "192.0.2.66"
    assert "one session used from several addresses" in row["remarks"]
    assert len(ask("instance_credentials_off_host", private_too=True)) == 2


def test_small_launches_do_not_stand_out_and_types_are_read_in_every_shape(case_of):
    def launch(kind, **more):
        return event("ec2", "RunInstances", requestParameters={"instanceType": kind}, **more)

    ask = case_of(
        launch("t3.micro"),
        launch("p4d.24xlarge"),
        launch({"value": "g5.2xlarge"}),
        launch("t3.micro", errorCode="Client.VcpuLimitExceeded", errorMessage="limit"),
    )
    assert [row["stands_out_for"] for row in ask("compute_abuse_launches")] == [
        ["accelerated type", "large type"],
        ["accelerated type"],
        ["limit reached"],
    ]
    assert len(ask("compute_abuse_launches", all_launches=True)) == 4


def test_both_forms_and_all_names_of_the_quarantine_are_seen(case_of):
    ask = case_of(
        event("iam", "AttachUserPolicy", requestParameters={"userName": "ana", "policyArn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2"}),
        event("iam", "PutUserPolicy", requestParameters={"userName": "ana", "policyName": "AWSExposedCredentialPolicy_DO_NOT_REMOVE"}),
        event("iam", "AttachUserPolicy", requestParameters={"userName": "ana", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
    )  # fmt: skip
    assert len(ask("key_quarantine_signals")) == 2


def test_questions_about_data_events_say_that_there_are_none(case_of):
    ask = case_of(event("lambda", "CreateFunction20150331", requestParameters={"functionName": "f"}))
    answer = ask.reply("lambda_invocations")
    assert not answer.rows.rows and "no lambda data events" in answer.footer()
