"""Ways back in: a user, a role, a provider, certificates, functions, triggers, builds, machines; and what revocation leaves.

The shape follows public reports and open tools for testing detection.
"""

from __future__ import annotations

import json

from ctforensics.practice import identities
from ctforensics.practice.company import ATTACKER, ATTACKER_EXIT, HOME, PRODUCTION
from ctforensics.practice.identities import Actor
from ctforensics.practice.maker import instant
from ctforensics.practice.noise import us_date
from ctforensics.practice.stage import Stage, Story
from ctforensics.practice.stories import _everyday
from ctforensics.practice.stories._steps import REFUSED, steps

STRANGER = "777788889999"
NAME = "svc-health-check"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def script(stage: Stage) -> None:
    _everyday.workdays(stage, 3)
    _everyday.operations(stage)
    _decoys(stage)
    thief = stage.company.user("ben", address=ATTACKER)
    stage.clue = thief.key
    _user(stage, thief)
    _role(stage, thief)
    _providers(stage, thief)
    _code(stage, thief)
    _machines(stage, thief)
    _guests(stage)
    _revocation(stage)


def _arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{HOME}:{PRODUCTION}:{name}"


def _decoys(stage: Stage) -> None:
    """Anna imports her key pair, sets a schedule and lets a bucket call a function: all of it ordered."""
    anna = stage.company.console("anna", instant(stage.at(1, "08:30:00")))
    steps(
        stage, 1, anna, "benign_key_pair", "ec2_key_pairs", "Anna imports the key of her new laptop.",
        ("10:05:00", "ec2", "ImportKeyPair", {"keyName": "anna-laptop", "publicKeyMaterial": "c3NoLWVkMjU1MTkg"}, {"keyName": "anna-laptop", "keyFingerprint": "fp"}),
    )  # fmt: skip
    grant = {"functionName": "resize", "statementId": "s3", "action": "lambda:InvokeFunction", "principal": "s3.amazonaws.com", "sourceArn": "arn:aws:s3:::example-web-assets", "sourceAccount": PRODUCTION}  # fmt: skip
    steps(
        stage, 1, anna, "benign_grant", "function_access_grants", "A bucket of the company may call a function.",
        ("10:40:00", "lambda", "AddPermission20150331v2", grant),
    )  # fmt: skip


def _user(stage: Stage, thief: Actor) -> None:
    key = stage.company.user(NAME).key
    made = {"accessKey": {"userName": NAME, "accessKeyId": key, "status": "Active", "createDate": us_date(stage.at(2, "01:02:00"))}}  # fmt: skip
    steps(
        stage, 2, thief, "user_made", "backdoor_user_chain", "A user with every right and a key.",
        ("01:00:00", "iam", "CreateUser", {"userName": NAME}, {"user": {"userName": NAME, "path": "/"}}),
        ("01:01:00", "iam", "AttachUserPolicy", {"userName": NAME, "policyArn": ADMIN}),
        ("01:02:00", "iam", "CreateAccessKey", {"userName": NAME}, made),
    )  # fmt: skip
    new = stage.company.user(NAME, address=ATTACKER_EXIT)
    used = stage.play(stage.at(2, "01:30:00"), new, "sts", "GetCallerIdentity")
    stage.fact("key_used", "new_credential_first_use", "The new key is first used from another address.", used)
    quarantine = thief.seen_from("AWS Internal", "AWS Internal")
    steps(
        stage, 2, quarantine, "quarantine", "key_quarantine_signals", "AWS quarantines the user whose key leaked.",
        ("12:00:00", "iam", "AttachUserPolicy", {"userName": "ben", "policyArn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"}),
    )  # fmt: skip


def _role(stage: Stage, thief: Actor) -> None:
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{STRANGER}:root"}, "Action": "sts:AssumeRole"}]}  # fmt: skip
    made = steps(
        stage, 2, thief, "role_opened", "backdoor_role_chain", "A role trusts a strange account.",
        ("01:10:00", "iam", "CreateRole", {"roleName": "support-readonly", "assumeRolePolicyDocument": json.dumps(trust)}),
    )  # fmt: skip
    stage.play(stage.at(2, "01:11:00"), thief, "iam", "AttachRolePolicy", params={"roleName": "support-readonly", "policyArn": ADMIN})  # fmt: skip
    at = stage.at(2, "02:00:00")
    visitor = identities.user(STRANGER, "visitor", stage.ids.unique("AIDA", STRANGER, "v"), stage.ids.key("AKIA", STRANGER, "v"), ATTACKER)  # fmt: skip
    issued = _everyday.issued(stage, at, PRODUCTION, "support-readonly", "x", stage.ids.key("ASIA", PRODUCTION, "x"))
    taken = stage.play(at, visitor.as_foreigner(), "sts", "AssumeRole", account=PRODUCTION, params=_everyday.role_params(PRODUCTION, "support-readonly", "x"), response=issued)  # fmt: skip
    stage.fact("role_opened", "backdoor_role_chain", "", *made, taken)
    guessed = []
    for n, name in enumerate(("admin", "deploy", "terraform")):
        document = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{STRANGER}:role/{name}"}, "Action": "sts:AssumeRole"}]})  # fmt: skip
        guessed.append(stage.play(
            stage.at(2, f"01:15:{n * 8:02}"), thief, "iam", "UpdateAssumeRolePolicy", params={"roleName": "support-readonly", "policyDocument": document},
            error="MalformedPolicyDocumentException", message=f'Invalid principal in policy: "AWS":"arn:aws:iam::{STRANGER}:role/{name}"',
        ))  # fmt: skip
    stage.fact("names_guessed", "principal_guessing", "Names of roles are tried in a trust policy.", *guessed)


def _providers(stage: Stage, thief: Actor) -> None:
    metadata = '<EntityDescriptor entityID="https://idp.example.net/metadata">'
    steps(
        stage, 2, thief, "provider_added", "identity_provider_changes", "A SAML provider of the attacker.",
        ("02:10:00", "iam", "CreateSAMLProvider", {"name": "corp-sso2", "sAMLMetadataDocument": metadata}, {"sAMLProviderArn": f"arn:aws:iam::{PRODUCTION}:saml-provider/corp-sso2"}),
    )  # fmt: skip
    anchor = _arn("rolesanywhere", "trust-anchor/0a1b2c3d-1111-4222-8333-444455556666")
    source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": "-----BEGIN CERTIFICATE-----"}}
    role = f"arn:aws:iam::{PRODUCTION}:role/support-readonly"
    steps(
        stage, 2, thief, "anchor_made", "roles_anywhere_changes", "Certificates of the attacker are trusted.",
        ("02:12:00", "rolesanywhere", "CreateTrustAnchor", {"name": "ta", "enabled": True, "source": source}, {"trustAnchor": {"trustAnchorArn": anchor}}),
        ("02:13:00", "rolesanywhere", "CreateProfile", {"name": "pr", "enabled": True, "roleArns": [role]}),
    )  # fmt: skip
    key = stage.ids.key("ASIA", PRODUCTION, "certificate")
    bearer = identities.Actor({"type": "Unknown", "accountId": PRODUCTION}, ATTACKER, "CredHelper/1.7.0 (aws_signing_helper)")  # fmt: skip
    at = stage.at(2, "02:20:00")
    got = stage.play(
        at, bearer, "rolesanywhere", "CreateSession", account=PRODUCTION,
        params={"roleArn": role, "trustAnchorArn": anchor, "profileArn": _arn("rolesanywhere", "profile/p"), "durationSeconds": 3600},
        response={"credentialSet": [{"credentials": {"accessKeyId": key}, "assumedRoleUser": {"arn": f"arn:aws:sts::{PRODUCTION}:assumed-role/support-readonly/00a1b2"}}]},
    )  # fmt: skip
    session = stage.company.session("support-readonly", "00a1b2", key, instant(at), ATTACKER, sourceIdentity="CN=x,O=y")
    acted = stage.play(stage.at(2, "02:21:00"), session, "s3", "ListBuckets")
    stage.fact("certificate_session", "roles_anywhere_sessions", "A certificate becomes a session.", got, acted)
    ca = _arn("acm-pca", "certificate-authority/1b2c3d4e-1111-4222-8333-444455556666")
    steps(
        stage, 2, thief, "certificate_issued", "certificates_issued_or_exported", "A certificate by the company's own authority.",
        ("02:30:00", "acm-pca", "IssueCertificate", {"certificateAuthorityArn": ca, "validity": {"value": 3650, "type": "DAYS"}}),
    )  # fmt: skip


def _code(stage: Stage, thief: Actor) -> None:
    function = {"functionName": "health", "role": f"arn:aws:iam::{PRODUCTION}:role/support-readonly", "runtime": "python3.12", "handler": "a.b", "code": {}}  # fmt: skip
    foreign = f"arn:aws:lambda:{HOME}:{STRANGER}:layer:ext:1"
    layer = {"layers": [{"arn": foreign}], "functionName": "login"}
    open_grant = {"functionName": "health", "statementId": "x", "action": "lambda:InvokeFunction", "principal": "*"}
    changed = steps(
        stage, 2, thief, "functions_changed", "lambda_changes", "A function of their own, a layer in another.",
        ("03:00:00", "lambda", "CreateFunction20150331", function, {"functionName": "health", "codeSha256": "q1w2e3"}),
        ("03:01:00", "lambda", "UpdateFunctionConfiguration20150331v2", {"functionName": "login", "layers": [foreign]}, layer),
        ("03:02:00", "lambda", "UpdateFunctionCode20150331v2", None, REFUSED, {"denied_on": _arn("lambda", "function:billing")}),
    )  # fmt: skip
    steps(
        stage, 2, thief, "function_opened", "function_access_grants", "It is opened to everyone, with a public URL.",
        ("03:03:00", "lambda", "AddPermission20150331v2", open_grant),
        ("03:04:00", "lambda", "CreateFunctionUrlConfig", {"functionName": "health", "authType": "NONE"}, {"functionUrl": "https://abc.lambda-url.us-east-1.on.aws/", "authType": "NONE"}),
    )  # fmt: skip
    invoked = stage.play(
        stage.at(2, "03:06:00"), thief, "lambda", "Invoke", category="Data", params={"functionName": _arn("lambda", "function:health"), "invocationType": "RequestResponse"},
        resources=[{"accountId": PRODUCTION, "type": "AWS::Lambda::Function", "ARN": _arn("lambda", "function:health")}],
    )  # fmt: skip
    stage.fact("function_called", "lambda_invocations", "The function is called by hand.", invoked)
    targets = [{"id": "1", "arn": _arn("lambda", "function:health")}]
    steps(
        stage, 2, thief, "trigger", "event_trigger_changes", "A rule runs it whenever a user is made.",
        ("03:10:00", "events", "PutRule", {"name": "r", "eventPattern": '{"detail":{"eventName":["CreateUser"]}}'}, {"ruleArn": _arn("events", "rule/r")}),
        ("03:10:30", "events", "PutTargets", {"rule": "r", "targets": targets}),
    )  # fmt: skip
    steps(
        stage, 2, thief, "front_door", "api_gateway_front_doors", "An API without authorization in front of it.",
        ("03:12:00", "apigateway", "CreateApi", {"name": "status", "protocolType": "HTTP", "target": _arn("lambda", "function:health")}, {"apiId": "a1b2c3", "apiEndpoint": "https://a1b2c3.execute-api.us-east-1.amazonaws.com"}),
        ("03:12:30", "apigateway", "CreateRoute", {"apiId": "a1b2c3", "routeKey": "ANY /x", "authorizationType": "NONE"}),
    )  # fmt: skip
    source = {"type": "GITHUB", "location": "https://github.com/example-mirror/build.git"}
    steps(
        stage, 2, thief, "build_repointed", "build_runner_backdoors", "A build is pointed at another repository.",
        ("03:15:00", "codebuild", "UpdateProject", {"name": "web-build", "source": source}),
        ("03:16:00", "codebuild", "CreateWebhook", {"projectName": "web-build", "filterGroups": [[{"type": "EVENT", "pattern": "WORKFLOW_JOB_QUEUED"}]]}),
    )  # fmt: skip
    stage.fact("functions_changed", "lambda_changes", "", *changed)


def _machines(stage: Stage, thief: Actor) -> None:
    steps(
        stage, 2, thief, "key_pair_made", "ec2_key_pairs", "A key pair in the home region, one refused elsewhere.",
        ("03:20:00", "ec2", "CreateKeyPair", {"keyName": "k2"}, {"keyName": "k2", "keyFingerprint": "aa:bb"}),
        ("03:20:20", "ec2", "CreateKeyPair", {"keyName": "k2"}, REFUSED, {"region": "eu-west-1"}),
    )  # fmt: skip
    every = [{"key": "InstanceIds", "values": ["*"]}]
    steps(
        stage, 2, thief, "machines_enrolled", "hybrid_activations_and_associations", "A foreign machine and a recurring script.",
        ("03:22:00", "ssm", "CreateActivation", {"iamRole": "SSMServiceRole", "registrationLimit": 10}, {"activationId": "1f2e3d"}),
        ("03:23:00", "ssm", "CreateAssociation", {"name": "AWS-RunShellScript", "targets": every, "scheduleExpression": "rate(1 day)"}),
    )  # fmt: skip
    visitor = stage.company.console("ben", instant(stage.at(2, "03:25:00"))).seen_from(ATTACKER)
    steps(
        stage, 2, visitor, "shell_in_console", "cloudshell_use", "A shell in the console, with a file taken out.",
        ("03:26:00", "cloudshell", "CreateEnvironment", {}, {"EnvironmentId": "e-1"}),
        ("03:28:00", "cloudshell", "GetFileDownloadUrls", {"EnvironmentId": "e-1", "FileDownloadPath": "out.zip"}),
    )  # fmt: skip


def _guests(stage: Stage) -> None:
    """Credentials of an identity pool without sign-in."""
    nobody = identities.Actor({"type": "Unknown", "accountId": PRODUCTION}, ATTACKER_EXIT, "python-requests/2.32.3")
    identity = {"identityId": f"{HOME}:0a1b2c3d-1111-4222-8333-444455556666"}
    issued = [
        stage.play(stage.at(2, "04:00:00"), nobody, "cognito-identity", "GetId", account=PRODUCTION, category="Data", params={"identityPoolId": f"{HOME}:pool"}, response=identity),
        stage.play(stage.at(2, "04:00:04"), nobody, "cognito-identity", "GetCredentialsForIdentity", account=PRODUCTION, category="Data", params=identity),
    ]  # fmt: skip
    guest = stage.company.session("pool-unauth", "CognitoIdentityCredentials", stage.ids.key("ASIA", PRODUCTION, "guest"), instant(stage.at(2, "04:00:04")), ATTACKER_EXIT)  # fmt: skip
    tried = stage.s3(stage.at(2, "04:01:00"), guest, "ListBuckets", None, owner=PRODUCTION, denied=True)
    stage.fact("guest", "unauthenticated_identity_credentials", "A guest gets credentials and tries them.", *issued, tried)  # fmt: skip


def _revocation(stage: Stage) -> None:
    """The new user's key is disabled; a federation token made with it goes on working."""
    new = stage.company.user(NAME, address=ATTACKER_EXIT)
    at, key = stage.at(2, "22:00:00"), stage.ids.key("ASIA", PRODUCTION, "federated")
    stage.play(
        at, new, "sts", "GetFederationToken", params={"name": "ops", "durationSeconds": 129600},
        response={"credentials": {"accessKeyId": key}, "federatedUser": {"arn": f"arn:aws:sts::{PRODUCTION}:federated-user/ops"}},
    )  # fmt: skip
    anna = stage.company.console("anna", instant(stage.at(3, "08:30:00")))
    off = stage.play(stage.at(3, "09:00:00"), anna, "iam", "UpdateAccessKey", params={"userName": NAME, "accessKeyId": new.key, "status": "Inactive"})  # fmt: skip
    issuer = {"type": "IAMUser", "principalId": new.identity["principalId"], "arn": new.arn, "accountId": PRODUCTION, "userName": NAME}  # fmt: skip
    identity = {
        "type": "FederatedUser", "principalId": f"{PRODUCTION}:ops", "arn": f"arn:aws:sts::{PRODUCTION}:federated-user/ops",
        "accountId": PRODUCTION, "accessKeyId": key,
        "sessionContext": {"sessionIssuer": issuer, "attributes": {"creationDate": instant(at), "mfaAuthenticated": "false"}},
    }  # fmt: skip
    token = identities.Actor(identity, ATTACKER_EXIT, identities.BOTO)
    later = [
        stage.play(stage.at(3, f"10:0{n}:00"), token, "ec2", "DescribeInstances", params={"filterSet": {}})
        for n in range(3)
    ]
    stage.fact("token_survives", "sessions_surviving_revocation", "The token works after the key is off.", off, *later)


STORY = Story(
    name="persistence",
    title="Ways back in",
    about="One account, three days: a user, a role, providers, functions, triggers and machines left behind; a token that outlives its key.",
    script=script,
    hours=72,
    events=1000,
    regions=(HOME, "eu-west-1"),
)
