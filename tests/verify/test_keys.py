"""Keys in the forms in which people save them."""

import json
from pathlib import Path

import pytest
from support.digest_archive import Archive

from ctforensics.verify.keys import read_keys


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("us-east-1.json", "us-east-1"),
        ("keys-us-east-1.json", "us-east-1"),
        ("supplied-0123456789ab-my_keys-us-gov-west-1.json", "us-gov-west-1"),
        ("public_keys_eusc-de-east-1_2024.json", "eusc-de-east-1"),
        ("us-isob-east-1 keys.json", "us-isob-east-1"),
        ("ap-southeast-12.json", "ap-southeast-12"),
        ("keys.json", None),
    ],
)
def test_an_answer_that_names_no_region_takes_it_from_the_name_of_its_file(
    name: str, region: str | None, clean: Archive, tmp_path: Path
):
    answer = {"PublicKeyList": clean.ring.public_keys()["Regions"]["us-east-1"]}
    (tmp_path / name).write_text(json.dumps(answer))
    assert {key.region for key in read_keys(tmp_path / name)} == {region}
