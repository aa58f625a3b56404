"""What the investigator brings."""

import pytest

from ctforensics.ask import inputs
from ctforensics.ask.inputs import InputError


def test_text_files_hold_one_value_a_line_with_remarks(tmp_path):
    (tmp_path / "owned_accounts.txt").write_text("# ours\n111122223333  # main\n\n444455556666\n")
    assert inputs.read(tmp_path)["owned_accounts"] == [("111122223333", ""), ("444455556666", "")]


def test_networks_become_ranges_of_numbers(tmp_path):
    (tmp_path / "networks.csv").write_text("cidr,name,kind\n198.51.100.0/24,office,egress\n2001:db8::/32,lab,\n")
    (cidr, name, kind, low, high), second = inputs.read(tmp_path)["networks"]
    assert (cidr, name, kind) == ("198.51.100.0/24", "office", "egress")
    assert high - low == 255 and second[4] - second[3] == 2**96 - 1


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("owned_accounts.txt", "111122223333\n12345678901\n", "owned_accounts.txt:2"),
        ("networks.csv", "cidr,name\n300.1.1.1/24,x\n", "networks.csv:2"),
        ("labels.csv", "what,label\nx,y\n", "names no column 'value'"),
        ("aws_ranges.json", "{", "ip-ranges.json"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, name, text, said):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=said):
        inputs.read(tmp_path)


def test_awss_own_ranges_file_is_read(tmp_path):
    (tmp_path / "aws_ranges.json").write_text(
        '{"prefixes": [{"ip_prefix": "3.5.140.0/22", "region": "ap-northeast-2", "service": "S3"}], "ipv6_prefixes": []}'
    )
    assert inputs.read(tmp_path)["aws_ranges"][0][:3] == ("3.5.140.0/22", "S3", "ap-northeast-2")


def test_a_quoted_line_feed_in_a_csv_stays_inside_its_value(tmp_path):
    (tmp_path / "labels.csv").write_bytes(
        b'value,label,note\r\nana,"Ana\r\nof payroll",x\r\nben,Ben\xe2\x80\xa8B.,\r\n'
    )
    assert inputs.read(tmp_path)["labels"] == [("ana", "Ana\nof payroll", "x"), ("ben", "Ben\u2028B.", "")]


def test_a_wrong_line_after_a_quoted_line_feed_is_named_where_it_stands(tmp_path):
    (tmp_path / "networks.csv").write_text('cidr,name\n10.0.0.0/8,"two\nlines"\n300.1.1.1/24,x\n')
    with pytest.raises(InputError, match=r"networks.csv:4"):
        inputs.read(tmp_path)
