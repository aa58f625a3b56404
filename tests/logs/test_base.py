"""Other logs than CloudTrail are named by their content, each by exactly one recogniser."""

import gzip
from pathlib import Path

import pytest

from ctforensics.cli import main
from ctforensics.logs import base

SAMPLES = {
    "s3_access": b"79a59df900b949e55d96a1e698fb bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a5 3E57 REST.GET.OBJECT key",
    "load_balancer": b"https 2020-01-11T16:55:20.356586Z app/web/jf29 192.168.1.10:44325 192.168.1.123:32869 0.0 0.1 0.0 200",
    "vpc_flow": b"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action\n",
    "cloudfront": b"#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip\n",
    "waf": b'{"timestamp":1,"formatVersion":1,"webaclId":"arn:aws:wafv2:x","httpRequest":{"clientIp":"192.0.2.1"}}',
    "guardduty": b'{"schemaVersion":"2.0","accountId":"111122223333","service":{"detectorId":"x"},"type":"Recon:EC2/Portscan"}',
    "resolver": b'{"version":"1.1","query_timestamp":"2024-05-02T06:00:00Z","query_name":"example.com."}',
    "config": b'{"fileVersion":"1.0","configSnapshotId":"x","configurationItems":[]}',
}


def test_every_log_type_has_a_sample_here_and_wins_alone():
    assert {log.name for log in base.types()} == set(SAMPLES)
    for name, content in SAMPLES.items():
        assert [log.name for log in base.winners(content)] == [name]
        assert base.kind_of(b"\xef\xbb\xbf\n " + content) == name


def test_cloudtrail_and_what_is_nothing_known_are_none_of_them():
    for content in (b"", b"hello", b'{"Records":[{"eventVersion":"1.08"}]}', b'{"invalid json"', b"\x00" * 100):
        assert base.winners(content) == []


REAL = {
    "opensearch-raw-logs/integrations/observability/amazon_cloudfront/data/raw.log": "cloudfront",
    "opensearch-raw-logs/integrations/observability/amazon_elb/data/raw.log": "load_balancer",
    "opensearch-raw-logs/integrations/observability/amazon_s3/data/raw.log": "s3_access",
    "opensearch-raw-logs/integrations/observability/aws_waf/data/raw.log": "waf",
    "grafana-lambda-promtail/testdata/albaccesslog.log.gz": "load_balancer",
    "grafana-lambda-promtail/testdata/cloudfront.log.gz": "cloudfront",
    "grafana-lambda-promtail/testdata/nlbaccesslog.log.gz": "load_balancer",
    "grafana-lambda-promtail/testdata/s3accesslog.log": "s3_access",
    "grafana-lambda-promtail/testdata/vpcflowlog.log.gz": "vpc_flow",
    "grafana-lambda-promtail/testdata/waflog.log.gz": "waf",
    "plaso-aws/test_data/aws_elb_access.log": "load_balancer",
    "wazuh-aws/wodles/aws/tests/data/log_files/WAF/aws-waf": "waf",
}


@pytest.mark.parametrize("path", REAL)
def test_real_logs_have_exactly_one_winner(path: str, shared_data: Path):
    data = (shared_data / path).read_bytes()
    content = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    assert [log.name for log in base.winners(content)] == [REAL[path]]


def test_a_load_names_what_lies_beside_cloudtrail(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "logs").mkdir()
    for name, content in SAMPLES.items():
        (tmp_path / "logs" / f"{name}.log").write_bytes(content)
    assert main(["load", str(tmp_path / "case"), str(tmp_path / "logs")]) == 1
    told = capsys.readouterr().out
    assert all(name in told for name in SAMPLES)
