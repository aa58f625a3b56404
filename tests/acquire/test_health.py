import json

import pytest
from support import trail_files

from ctforensics.acquire import health
from ctforensics.acquire.answers import Answers, Outcome
from ctforensics.case import folder as folders


def test_trail_health_is_kept_as_an_exhibit_with_what_destroys_evidence_first(aws, acquire, tmp_path):
    trail = trail_files.make("trail-bucket", hours=1)
    aws.fill("trail-bucket", trail.objects, trail.metadata)
    s3 = aws.client("s3")
    s3.put_bucket_lifecycle_configuration(
        Bucket="trail-bucket",
        LifecycleConfiguration={
            "Rules": [{"ID": "tidy", "Status": "Enabled", "Expiration": {"Days": 7}, "Filter": {"Prefix": ""}}]
        },
    )
    s3.put_public_access_block(
        Bucket="trail-bucket",
        PublicAccessBlockConfiguration=dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        ),
    )
    aws.client("cloudtrail").create_trail(Name="main", S3BucketName="trail-bucket")
    aws.denied.add("GetInsightSelectors")
    _, out, _ = acquire("s3://trail-bucket", "--region", "us-east-1")
    (exhibit,) = (tmp_path / "case" / "exhibits").glob("trail-health-*.json")
    controls = json.loads(exhibit.read_text())["controls"]
    by_name = {c["name"]: c for c in controls}
    assert by_name["lifecycle"]["state"] == "weak" and "tidy deletes after 7 days" in by_name["lifecycle"]["seen"]
    assert by_name["logging"]["state"] == "weak"
    assert by_name["public access block"]["state"] == "good"
    assert by_name["insight selectors"]["state"] == "unknown"
    assert by_name["log file validation"]["state"] == "weak"
    assert controls[0]["state"] == "weak" and controls[0]["urgency"] == "may destroy evidence soon"
    assert (tmp_path / "case" / "evidence" / by_name["versioning"]["evidence"][0]).is_file()
    assert "tidy deletes after 7 days" in out


BUCKET, ARN = "logs", "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"
ACCESS_BLOCK = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
STRANGER = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["s3:GetObject", "s3:DeleteObject", "s3:PutObject"]}
CLOUDTRAIL = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject"}
RULE = {"ID": "tidy", "Status": "Enabled", "Expiration": {"Days": 7}}
# A control, the question that it rests on, an answer that is good, one that is weak, and what the weak one shows.
ANSWERS = [
    ("lifecycle", "GetBucketLifecycleConfiguration", {}, {"Rules": [RULE]}, "tidy deletes after 7 days"),
    ("versioning", "GetBucketVersioning", {"Status": "Enabled"}, {"Status": "Suspended"}, "versioning: Suspended"),
    ("MFA delete", "GetBucketVersioning", {"MFADelete": "Enabled"}, {}, "MFA delete: off"),
    (
        "object lock",
        "GetObjectLockConfiguration",
        {
            "ObjectLockConfiguration": {
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 400}},
            }
        },
        {},
        "object lock: none",
    ),
    (
        "public access block",
        "GetPublicAccessBlock",
        {"PublicAccessBlockConfiguration": dict.fromkeys(ACCESS_BLOCK, True)},
        {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}},
        "off: IgnorePublicAcls",
    ),
    (
        "bucket policy",
        "GetBucketPolicy",
        {"Policy": json.dumps({"Statement": [CLOUDTRAIL]})},
        {"Policy": json.dumps({"Statement": [CLOUDTRAIL, STRANGER]})},
        '{"AWS": "*"} may ["s3:GetObject", "s3:DeleteObject", "s3:PutObject"]',
    ),
    ("access logging", "GetBucketLogging", {"LoggingEnabled": {"TargetBucket": "b"}}, {}, "no server access logs"),
    (
        "encryption",
        "GetBucketEncryption",
        {
            "ServerSideEncryptionConfiguration": {
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
            }
        },
        {},
        "encryption: none set",
    ),
    (
        "logging",
        "GetTrailStatus",
        {"IsLogging": True},
        {"IsLogging": False, "StopLoggingTime": "T"},
        "StopLoggingTime: T",
    ),
    *(
        ("delivery errors", "GetTrailStatus", {}, {error: "AccessDenied"}, f"{error}: AccessDenied")
        for error in (
            "LatestDeliveryError",
            "LatestDigestDeliveryError",
            "LatestNotificationError",
            "LatestCloudWatchLogsDeliveryError",
        )
    ),
    (
        "selectors",
        "GetEventSelectors",
        {"EventSelectors": [{"IncludeManagementEvents": True, "ReadWriteType": "All"}]},
        {
            "EventSelectors": [
                {
                    "IncludeManagementEvents": True,
                    "ReadWriteType": "All",
                    "ExcludeManagementEventSources": ["kms.amazonaws.com"],
                }
            ]
        },
        "excluded: kms.amazonaws.com",
    ),
    (
        "insight selectors",
        "GetInsightSelectors",
        {"InsightSelectors": [{"InsightType": "ApiCallRateInsight"}]},
        {},
        "none",
    ),
]
MEMBERS = {
    "multi-region": "IsMultiRegionTrail",
    "global service events": "IncludeGlobalServiceEvents",
    "log file validation": "LogFileValidationEnabled",
    "KMS encryption": "KmsKeyId",
    "SNS delivery": "SnsTopicARN",
    "CloudWatch delivery": "CloudWatchLogsLogGroupArn",
}


@pytest.fixture
def answers(tmp_path):
    return Answers.begin(folders.create(tmp_path / "case"))


def judged(answers, operation, answer, outcome="obtained"):
    subject = (
        BUCKET if "Bucket" in operation or operation in ("GetPublicAccessBlock", "GetObjectLockConfiguration") else ARN
    )
    service = "s3" if subject == BUCKET else "cloudtrail"
    answers.note(Outcome(service, operation, "111122223333", "", subject, outcome, "AccessDenied", ("_aws/x.json",)))
    answers.kept[operation, subject] = [answer]
    return {control.name: control for control in health.read(answers, BUCKET, [{"TrailARN": ARN}])}


@pytest.mark.parametrize(("name", "operation", "good", "weak", "seen"), ANSWERS)
def test_each_control_tells_good_from_weak_and_says_what_it_saw(answers, name, operation, good, weak, seen):
    assert judged(answers, operation, good)[name].state == "good"
    answers.outcomes.clear()
    control = judged(answers, operation, weak)[name]
    assert control.state == "weak" and seen in control.seen and control.why.endswith(".")
    assert control.evidence == ("_aws/x.json",)


@pytest.mark.parametrize("operation", sorted({operation for _, operation, *_ in ANSWERS}))
def test_what_was_denied_is_unknown_and_never_good(answers, operation):
    found = judged(answers, operation, {}, "denied")
    for name in [name for name, asked, *_ in ANSWERS if asked == operation]:
        assert found[name].state == "unknown" and "not obtained: AccessDenied" in found[name].seen


@pytest.mark.parametrize(("name", "member"), MEMBERS.items())
def test_a_trails_own_settings_are_controls_too(answers, name, member):
    for value, state in ((True, "good"), ("arn:aws:x", "good"), (False, "weak"), (None, "weak")):
        (control,) = [c for c in health.read(answers, BUCKET, [{"TrailARN": ARN, member: value}]) if c.name == name]
        assert control.state == state and member in control.seen


def test_every_control_of_good_trail_keeping_is_in_the_exhibit_and_the_urgent_ones_stand_first(answers):
    answers.note(Outcome("s3", "GetBucketLifecycleConfiguration", "1", "", BUCKET, "obtained"))
    answers.kept["GetBucketLifecycleConfiguration", BUCKET] = [{"Rules": [RULE]}]
    controls = health.read(answers, BUCKET, [{"TrailARN": ARN}])
    assert {c.name for c in controls} == {name for name, *_ in ANSWERS} | set(MEMBERS)
    weak = [c.urgency for c in controls if c.state == "weak"]
    assert controls[0].name == "lifecycle" and weak == sorted(weak)
