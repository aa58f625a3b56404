"""One page on a value: what it is, what it did, and which questions say so."""

import json

import pytest

from ctforensics.ask.about import about
from ctforensics.ask.kinds import kind_by_form, see
from ctforensics.errors import ParameterError
from tests.ask.conftest import event

KEY = "AKIAEXAMPLEANA000001"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("AKIAIOSFODNN7EXAMPLE", "access_key"),
        ("ASIAIOSFODNN7EXAMPLE", "access_key"),
        ("AIDAIOSFODNN7EXAMPLE", "principal"),
        ("111122223333", "account"),
        ("198.51.100.7", "address"),
        ("2001:db8::/32", "address"),
        ("arn:aws-cn:s3:::payroll", "bucket"),
        ("arn:aws:iam::111122223333:role/app", "principal"),
        ("d58cf935-0194-41d0-baa0-9efc030ce2e6", "event"),
        ("payroll", None),
    ],
)
def test_the_form_of_a_value_says_what_it_is(value, kind):
    assert kind_by_form(value) == kind


@pytest.fixture
def asker(case_of):
    return case_of(
        event("s3", "GetBucketAcl", requestParameters={"bucketName": "payroll"}, minute=1),
        event("iam", "CreateAccessKey", minute=2, requestParameters={"userName": "eve"},
              responseElements={"accessKey": {"accessKeyId": "AKIAEXAMPLEEVE000001", "userName": "eve"}}),
        event("iam", "ListUsers", errorCode="AccessDenied", minute=3),
        inputs={"labels.csv": "value,label,note\n198.51.100.7,VPN egress,head office\n"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "kind"),
    [("payroll", "bucket"), ("ana", "principal"), ("CreateAccessKey", "action"), ("nobody", "resource")],
)
def test_what_the_form_does_not_say_the_evidence_does(asker, value, kind):
    assert see(asker.room, value).kind == kind


def test_a_key_is_told_with_owner_use_refusals_and_what_it_minted(asker):
    page = about(asker.room, asker.catalog, KEY)
    assert (page.summary["events"], page.summary["done"], page.summary["denied"]) == (3, 2, 1)
    told = {part.question: len(part.reply.rows.rows) for part in page.parts}
    assert told["session_key_descendants"] == 1 and told["actions_by_access_key"] == 3 and told["blast_radius"] == 1
    assert "AKIAEXAMPLEEVE000001" in str(page)


def test_what_the_investigator_knows_stands_on_the_page(asker):
    assert "label: VPN egress (head office)" in str(about(asker.room, asker.catalog, "198.51.100.7"))


def test_a_value_that_is_nowhere_says_what_was_searched(asker):
    page = about(asker.room, asker.catalog, "nobody")
    assert "No loaded event holds it" in str(page) and "Searched 3 events" in str(page)


def test_the_page_is_json_and_html_without_markup_from_evidence(asker):
    page = about(asker.room, asker.catalog, "<b>x</b>")
    assert json.loads(json.dumps(page.as_dict(), default=str))["kind"] == "resource"
    assert "<b>x</b>" not in page._repr_html_()


def test_nothing_to_look_for_is_refused(asker):
    with pytest.raises(ParameterError):
        about(asker.room, asker.catalog, "  ")


def test_the_beginning_of_a_name_is_nothing_to_go_on_with(case_of):
    refused = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::111122223333:user/"
    asker = case_of(event("iam", "ListUsers", errorCode="AccessDenied", errorMessage=refused))
    page = about(asker.room, asker.catalog, KEY)
    assert not [value for value, _, _ in page.onward() if value.endswith("/")]


def test_classes_of_verification_are_told_in_words(asker):
    assert "verification: 3 not_checked" in about(asker.room, asker.catalog, KEY).facts()
