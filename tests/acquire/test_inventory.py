import gzip
import io
import json
from urllib.parse import quote_plus

import pyarrow
import pyarrow.parquet
import pytest
from support import trail_files


@pytest.fixture
def trail(aws):
    made = trail_files.make("trail-bucket", hours=1, prefix="with space")
    aws.fill("trail-bucket", made.objects, made.metadata)
    return made


def listed(aws):
    return aws.client("s3").list_objects_v2(Bucket="trail-bucket")["Contents"]


def manifest(aws, form, schema, data):
    told = {"sourceBucket": "trail-bucket", "fileFormat": form, "fileSchema": schema, "files": [{"key": "data/1"}]}
    aws.fill("inventory", {"data/1": data, "run/manifest.json": json.dumps(told).encode()})
    return ("--objects-only", "--inventory", "s3://inventory/run/manifest.json")


def test_a_csv_inventory_stands_for_the_listing(aws, trail, acquire):
    rows = "".join(
        f'"trail-bucket","{quote_plus(o["Key"])}","{o["Size"]}","{o["LastModified"]:%Y-%m-%dT%H:%M:%S.000Z}","{o["ETag"][1:-1]}"\n'
        for o in listed(aws)
    )
    schema = "Bucket, Key, Size, LastModifiedDate, ETag"
    options = manifest(aws, "CSV", schema, gzip.compress(rows.encode()))
    code, out, _ = acquire("s3://trail-bucket", *options)
    assert code == 0 and "3 planned = 3 acquired" in out
    code, out, _ = acquire("s3://trail-bucket", "--objects-only")
    assert "0 acquired + 3 present" in out


def test_a_parquet_inventory_is_narrowed_to_the_scope(aws, trail, acquire):
    columns = {
        "key": [o["Key"] for o in listed(aws)],
        "size": [o["Size"] for o in listed(aws)],
        "last_modified_date": [o["LastModified"] for o in listed(aws)],
        "e_tag": [o["ETag"] for o in listed(aws)],
    }
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), out)
    options = manifest(aws, "Parquet", "message inventory {}", out.getvalue())
    code, told, _ = acquire("s3://trail-bucket", *options, "--kind", "digest")
    assert code == 0 and "1 planned = 1 acquired" in told


def test_an_inventory_of_another_bucket_is_refused(aws, trail, acquire):
    aws.client("s3").create_bucket(Bucket="elsewhere")
    options = manifest(aws, "CSV", "Bucket, Key", b"")
    code, _, err = acquire("s3://elsewhere", *options)
    assert code == 2 and "of the bucket 'trail-bucket'" in err
