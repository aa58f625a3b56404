import json

from support import trail_files


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
