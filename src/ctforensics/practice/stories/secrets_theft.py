"""Secrets collected: secrets, parameters, passwords of machines, code of functions, shells on instances.

The shape follows public reports of credential collection in the cloud.
"""

from __future__ import annotations

from ctforensics.practice import identities
from ctforensics.practice.company import ATTACKER, DATA, HOME, PRODUCTION
from ctforensics.practice.identities import Actor
from ctforensics.practice.maker import instant
from ctforensics.practice.stage import Stage, Story
from ctforensics.practice.stories import _everyday
from ctforensics.practice.stories._steps import REFUSED, steps

TOOL = "Boto3/1.34.84 md/Botocore#1.34.84 ua/2.0 os/linux#6.6.9-kali1-amd64 md/arch#x86_64 lang/python#3.11.8"
SECRETS = ("payroll/db", "web/session-key", "partner/api", "billing/stripe", "mail/smtp", "admin/root-db", "ci/deploy")


def script(stage: Stage) -> None:
    _everyday.workdays(stage, 2)
    _everyday.operations(stage)
    _decoys(stage)
    thief = stage.company.user("svc-inventory", address=ATTACKER, agent=TOOL)
    stage.clue = thief.key
    _look(stage, thief)
    _secrets(stage, thief)
    _configuration(stage, thief)
    _machines(stage, thief)
    _accounts(stage, thief)


def arn(service: str, name: str) -> str:
    """An ARN of the production account in the home region."""
    return f"arn:aws:{service}:{HOME}:{PRODUCTION}:{name}"


def _decoys(stage: Stage) -> None:
    """The web server reads its own secret every morning; anna opens one shell."""
    at = stage.at(1, "06:00:00")
    key = stage.ids.key("ASIA", PRODUCTION, "web")
    server = stage.company.session("web-server", stage.company.instance(), key, instant(at), "203.0.113.200")
    read = stage.play(at, server, "secretsmanager", "GetSecretValue", params={"secretId": "web/session-key", "versionStage": "AWSCURRENT"})  # fmt: skip
    stage.fact("benign_secret", "secrets_read", "The web server reads its own secret.", read)
    anna = stage.company.console("anna", instant(stage.at(1, "08:30:00")))
    target, session = stage.company.instance(), "anna-0a1b2c3d4e5f60718"
    steps(
        stage, 1, anna, "benign_shell", "ssm_sessions", "Anna looks after the web server.",
        ("14:02:00", "ssm", "StartSession", {"target": target}, {"sessionId": session, "tokenValue": "Value hidden due to security reasons."}),
        ("14:19:40", "ssm", "TerminateSession", {"sessionId": session}, {"sessionId": session}),
    )  # fmt: skip


def _look(stage: Stage, thief: Actor) -> None:
    first = stage.play(stage.at(2, "03:00:10"), thief, "sts", "GetCallerIdentity")
    stage.fact("tool", "offensive_tool_agents", "The agent names an attack distribution.", first)
    steps(
        stage, 2, thief, "asset_search", "asset_search_services", "One search over everything.",
        ("03:01:00", "resource-explorer-2", "Search", {"QueryString": "*"}),
        ("03:01:30", "ssm", "DescribeInstanceInformation", {"maxResults": 50}),
    )  # fmt: skip
    walked = [
        stage.s3(stage.at(2, f"03:02:{n * 7:02}"), thief, name, f"example-bucket-{n // 2}", owner=PRODUCTION, denied=n == 3)
        for n, name in enumerate(("GetBucketAcl", "GetBucketPolicy") * 4)
    ]  # fmt: skip
    stage.fact("bucket_walk", "bucket_posture_sweep", "Four buckets in a minute.", *walked)
    files = [
        stage.s3(stage.at(2, f"03:04:{n * 9:02}"), thief, "GetObject", "example-deploy", owner=PRODUCTION, key=key, received=2048)
        for n, key in enumerate(("app/.env", "infra/terraform.tfstate"))
    ]  # fmt: skip
    stage.fact("credential_files", "credential_files_read", "An environment file and a state file are read.", *files)


def _secrets(stage: Stage, thief: Actor) -> None:
    calls: list[tuple[object, ...]] = [("03:10:00", "secretsmanager", "ListSecrets", {"maxResults": 100})]
    for n, name in enumerate(SECRETS):
        calls.append((f"03:10:{n * 5 + 10:02}", "secretsmanager", "GetSecretValue", {"secretId": name}))
    on = {"denied_on": arn("secretsmanager", "secret:admin/break-glass-a1b2c3")}
    calls.append(("03:10:55", "secretsmanager", "GetSecretValue", None, REFUSED, on))
    batch = {"filters": [{"key": "name", "values": ["!nothing"]}], "maxResults": 20}
    calls.append(("03:11:30", "secretsmanager", "BatchGetSecretValue", batch))
    played = steps(stage, 2, thief, "secrets_taken", "secrets_bulk_read", "Seven secrets, one refused, one batch.", *calls)  # fmt: skip
    stage.fact("secrets_listed", "secrets_read", "Each of them.", *played[1:])
    key = arn("kms", "key/1a2b3c4d-1111-4222-8333-444455556666")
    through = identities.Actor({**thief.identity, "invokedBy": "secretsmanager.amazonaws.com"}, "secretsmanager.amazonaws.com", "secretsmanager.amazonaws.com")  # fmt: skip
    context = {"SecretARN": arn("secretsmanager", "secret:payroll/db-Ab1Cd2"), "SecretVersionId": "v1"}
    steps(
        stage, 2, through, "decrypted", "kms_decrypt_activity", "The service decrypts for the caller.",
        ("03:10:10", "kms", "Decrypt", {"encryptionContext": context, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}, None,
         {"resources": [{"accountId": PRODUCTION, "type": "AWS::KMS::Key", "ARN": key}]}),
    )  # fmt: skip
    steps(
        stage, 2, thief, "parameters_taken", "parameters_read", "Parameters by path, decrypted; one refused.",
        ("03:14:00", "ssm", "GetParametersByPath", {"path": "/", "recursive": True, "withDecryption": True}),
        ("03:14:20", "ssm", "GetParameters", {"names": ["/web/token", "/web/salt"], "withDecryption": True}),
        ("03:14:40", "ssm", "GetParameter", None, REFUSED, {"denied_on": arn("ssm", "parameter/admin/token")}),
    )  # fmt: skip


def _accounts(stage: Stage, thief: Actor) -> None:
    role = "role/OrganizationAccountAccessRole"
    tried = [
        (f"03:50:{n * 6:02}", "sts", "AssumeRole", None, REFUSED, {"denied_on": f"arn:aws:iam::{account}:{role}"})
        for n, account in enumerate((DATA, "777788889999", "888899990000"))
    ]
    steps(stage, 2, thief, "accounts_tried", "multi_account_role_spread", "One role name in three accounts.", *tried)


def _configuration(stage: Stage, thief: Actor) -> None:
    names = ("login", "resize", "invoice", "export", "webhook")
    calls = [(f"03:20:{n * 6:02}", "lambda", "GetFunction20150331v2", {"functionName": name}) for n, name in enumerate(names)]  # fmt: skip
    steps(stage, 2, thief, "code_taken", "config_secret_harvest", "The code of every function is fetched.", *calls)
    instance = stage.company.instance()
    steps(
        stage, 2, thief, "scripts_read", "user_data_and_console_output_reads", "Start-up scripts and console output.",
        ("03:22:00", "ec2", "DescribeInstanceAttribute", {"instanceId": instance, "attribute": "userData"}),
        ("03:22:20", "ec2", "GetConsoleOutput", {"instanceId": instance}, REFUSED),
    )  # fmt: skip


def _machines(stage: Stage, thief: Actor) -> None:
    ids = [stage.company.ids.resource("i", "app", n) for n in range(3)]
    asked = [("03:30:00", "ec2", "GetPasswordData", {"instanceId": ids[0]}, {"instanceId": ids[0]}), ("03:30:09", "ec2", "GetPasswordData", {"instanceId": ids[1]}, REFUSED)]  # fmt: skip
    steps(stage, 2, thief, "passwords_asked", "windows_password_reads", "Passwords of two machines, one refused.", *asked)  # fmt: skip
    shells = [(f"03:3{n + 2}:00", "ssm", "StartSession", {"target": i}, {"sessionId": f"svc-inventory-{n}"}) for n, i in enumerate(ids)]  # fmt: skip
    played = steps(stage, 2, thief, "shells", "ssm_sessions", "Shells on three machines.", *shells)
    stage.fact("fan_out", "remote_access_fan_out", "Three machines within minutes.", *played)
    run = {"documentName": "AWS-RunShellScript", "instanceIds": ids, "parameters": "HIDDEN_DUE_TO_SECURITY_REASONS", "interactive": False}  # fmt: skip
    steps(
        stage, 2, thief, "commands", "ssm_commands", "A script on all three, then its output.",
        ("03:40:00", "ssm", "SendCommand", run, {"command": {"commandId": "5f6e7d8c-aaaa-4bbb-8ccc-ddddeeeeffff", "documentName": "AWS-RunShellScript"}}),
        ("03:40:30", "ssm", "GetCommandInvocation", {"commandId": "5f6e7d8c-aaaa-4bbb-8ccc-ddddeeeeffff", "instanceId": ids[0]}),
    )  # fmt: skip
    pushed = {"instanceId": ids[2], "instanceOSUser": "root", "sSHPublicKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLE"}  # fmt: skip
    steps(
        stage, 2, thief, "key_pushed", "instance_connect_keys", "A key is pushed, the serial console opened.",
        ("03:45:00", "ec2-instance-connect", "SendSSHPublicKey", pushed, {"success": True}),
        ("03:46:00", "ec2", "EnableSerialConsoleAccess", {"EnableSerialConsoleAccessRequest": ""}, REFUSED),
    )  # fmt: skip


STORY = Story(
    name="secrets_theft",
    title="Secrets, parameters and shells",
    about="One account, two days: a key of an inventory service collects secrets, code and shells on machines.",
    script=script,
    hours=48,
    events=900,
)
