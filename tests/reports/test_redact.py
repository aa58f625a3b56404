"""A redacted report leads back to nobody: plain, URL-encoded, in base64, in charts, in the notebook handed over."""

import base64
import json
import re
import urllib.parse

import pytest

from ctforensics.errors import UnknownName
from ctforensics.reports import browsers, pseudonyms, redact, run
from tests.reports.report_samples import notebook_json
from tests.support import leaks, report_matrix, small_case

pytestmark = pytest.mark.timeout(900)
# Words that stand in every report and file, inside other words, or in place of a value that AWS hid: no value of their own.
GENERIC = {"main", "repo", "refs", "heads", "root", "office", "readonly", "hidden_due_to_security_reasons"}


class Fake(pseudonyms.Pseudonyms):
    """Pseudonyms that are not kept."""

    def __init__(self):
        self.table, self._taken = {}, set()


def redactor(known, text=""):
    return redact.Redactor(Fake(), known, redact.PROFILES["all"], text or " ".join(known))


def test_values_are_replaced_plain_url_encoded_and_in_base64():
    secret = "arn:aws:iam::111122223333:user/carol"
    made = redactor({secret: "name", "carol": "name"})
    encoded = base64.b64encode(f"signed by {secret}".encode()).decode()
    for text in (secret, f"x={urllib.parse.quote(secret, safe='')}&y=1", f"blob {encoded} end", f"({secret.upper()})"):
        out = made.text(text)
        assert "carol" not in out.lower() and "111122223333" not in out and encoded not in out
    assert "carol" not in urllib.parse.unquote(
        made.text(f"a%20{urllib.parse.quote(urllib.parse.quote(secret, safe=''), safe='')}")
    )


def test_what_no_table_names_is_found_by_its_form():
    out = redactor({"x-y-z": "name"}).text(
        "from 198.51.100.7 and 2001:db8::17 by AKIAIOSFODNN7EXAMPLE of 123456789012 at 12:30:45"
    )
    assert not re.search(r"198\.51|2001:db8|AKIA|123456789012", out)
    assert "12:30:45" in out


def test_names_that_stand_only_inside_a_record_are_replaced_and_what_aws_itself_made_stays(tmp_path):
    arn, key = "arn:aws:kms:us-east-1:111122223333:key/1a2b3c4d-1111-4222-8333-444455556666", "parts/holiday-plan.zip"
    asked = {"s3Key": key, "keyId": arn, "tags": [{"key": "team", "value": "blue-otters"}], "instanceType": "t3.small"}
    asked["policyDocument"] = '{"Resource": "arn:aws:s3:::partner-drop/*"}'
    asked["policyArn"] = "arn:aws:iam::aws:policy/AdministratorAccess"
    answered = {"privateDnsName": "ip-10-0-1-10.ec2.internal", "mail": "carol@example.org", "state": "running"}
    case = small_case.make(tmp_path, events=0)
    case.load(
        small_case.add(
            tmp_path / "evidence", "r.json", small_case.record(1, requestParameters=asked, responseElements=answered)
        )
    )
    told = json.dumps([asked, answered, "1a2b3c4d-1111-4222-8333-444455556666 holiday-plan.zip partner-drop"])
    known = redact.values(case.room, case.folder, redact.PROFILES["all"])
    out = redactor(known, told).text(told)
    for name in (key, "holiday-plan", "1a2b3c4d", "blue-otters", "partner-drop", "ip-10-0", "carol", "111122223333"):
        assert name not in out, name
    for public in ("arn:aws:iam::aws:policy/AdministratorAccess", "t3.small", "running"):
        assert public in out, public
    case.close()


def test_event_ids_and_hashes_stay_and_one_value_has_one_pseudonym():
    made = redactor({"payroll-bucket": "resource"})
    kept = "d58cf935-0194-41d0-baa0-123456789012 " + "0" * 52 + "123456789012"
    assert made.text(kept) == kept
    assert made.text("payroll-bucket") == made.text("payroll-bucket") != "payroll-bucket"


@pytest.fixture(scope="module")
def own_case(story_case, tmp_path_factory):
    """A copy of the leaked key's case: its table of pseudonyms is nobody else's."""
    import shutil

    from ctforensics.investigation import open_case

    copy = tmp_path_factory.mktemp("redacted") / "case"
    shutil.copytree(story_case("leaked_key").path, copy)
    case = open_case(copy)
    yield case
    case.close()


@pytest.fixture(scope="module")
def searched(own_case):
    """The original values and every spelling of them."""
    secrets = {v for v in leaks.secrets_of(own_case) if v.lower() not in redact.own_words() | GENERIC}
    return secrets, leaks.searched_for(secrets)


@pytest.mark.browser
@pytest.mark.xdist_group("redaction")
@pytest.mark.parametrize("report", ["incident", "access_key_compromise", "principal_profile", "trail_integrity"])
def test_an_attacker_who_searches_every_layer_of_every_format_finds_no_original_value(
    own_case, searched, tmp_path, report
):
    if browsers.find() is None:
        pytest.skip("no Chromium, Chrome or Edge on this machine")
    params = report_matrix.parameters(own_case, report)
    targets = [tmp_path / f"out.{ending}" for ending in ("html", "pdf", "md", "docx", "ipynb")]
    made = run.make(own_case.path, report, params, *targets, redact="all")
    secrets, wanted = searched
    accounts = {v for v in secrets if re.fullmatch(r"\d{12}", v)}
    assert len(secrets) > 5000 and len(accounts) >= 2
    for file in targets:
        layers = leaks.layers(file)
        assert leaks.found_in(layers, wanted) == set(), file.suffix
        for key in set(re.findall(r"\b(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA)[A-Z2-7]{12,}", "\n".join(layers))):
            pytest.fail(f"{key} names the account {leaks.account_of(key)} in {file.suffix}")
    assert made.attachments == () and "REDACTED" in targets[0].read_text("utf-8")
    told = json.loads((own_case.path / pseudonyms.FILE).read_text("utf-8"))
    assert set(told) & accounts, "the table that leads back stays in the case"


def test_the_search_itself_finds_a_value_in_every_spelling():
    value = "arn:aws:iam::111122223333:user/carol"
    wanted = leaks.searched_for({value})
    for text in leaks.spellings(value):
        assert leaks.found_in([f"x{text}y"], wanted) == {value}
    assert leaks.account_of("ASIAY34FZKBOKMUTVV7A") == "609629065308"  # a published example of the encoding


def test_what_an_own_notebook_says_and_draws_is_redacted_too(own_case, tmp_path):
    import base64 as b64

    row = own_case.room.sql(
        "SELECT recipient_account_id, user_name FROM events WHERE user_name IS NOT NULL LIMIT 1", {}
    )
    account, name = row[2][0]
    picture = b64.b64encode(f"PNG of {name}".encode()).decode()
    cells = [
        ("markdown", f"# About {name}\n\nThe account {account} of {name}."),
        ("code", f"whose = {name!r}\nprint(whose)\n{account}"),
        (
            "code",
            f"from IPython.display import display\ndisplay({{'image/png': {picture!r}, 'text/plain': whose}}, raw=True)",
        ),
    ]
    own = tmp_path / "own.ipynb"
    own.write_text(json.dumps(notebook_json(*cells)), "utf-8")
    targets = [tmp_path / f"out.{ending}" for ending in ("html", "ipynb", "md")]
    run.make(own_case.path, str(own), {}, *targets, redact="all")
    for file in targets:
        text = file.read_text("utf-8").split("<script>")[0]
        assert name not in text and account not in text and f"{int(account):,}" not in text and picture not in text


def test_an_older_unredacted_table_does_not_stay_beside_a_redacted_report(own_case, tmp_path):
    source = (
        "import ctforensics as ctf\nfrom ctforensics.reports.held import Held\nheld = Held(ctf.open_case())\n"
        "held.table(held.rows('Many', 'SELECT access_key_id FROM events'), 'Many')"
    )
    report = tmp_path / "long.ipynb"
    report.write_text(json.dumps(notebook_json(("code", source))), "utf-8")
    first = run.make(own_case.path, str(report), {}, tmp_path / "out.html")
    assert first.attachments and all(file.exists() for file in first.attachments)
    own = tmp_path / "out_html_files" / "my notes.csv"
    own.write_text("mine")
    run.make(own_case.path, str(report), {}, tmp_path / "out.html", redact="all")
    assert [file.name for file in own.parent.iterdir()] == ["my notes.csv"]


def test_two_reports_of_one_stem_in_one_folder_keep_their_own_attached_tables(own_case, write_notebook, tmp_path):
    source = (
        "import ctforensics as ctf\nfrom ctforensics.reports.held import Held\nheld = Held(ctf.open_case())\n"
        "held.table(held.rows('Many', 'SELECT event_id FROM events LIMIT 201'), 'Many')"
    )
    own = write_notebook(("code", source))
    first = run.make(own_case.path, str(own), {}, tmp_path / "out.html")
    run.make(own_case.path, str(own), {}, tmp_path / "out.md", redact="all")
    assert [file.name for file in first.attachments] == ["s1_many.csv"] and first.attachments[0].exists()


def test_redactions_at_the_same_time_give_one_value_one_pseudonym(own_case):
    from concurrent.futures import ThreadPoolExecutor

    def once(_):
        with pseudonyms.alone(own_case.folder):
            table = pseudonyms.Pseudonyms(own_case.folder)
            made = table.of("name", "carol")
            table.save()
        return made

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(once, range(8)))) == 1


def test_an_unknown_profile_is_refused_before_anything_runs(story_case, tmp_path):
    with pytest.raises(UnknownName, match="redaction profile"):
        run.make(story_case("quiet_week").path, "incident", {}, tmp_path / "r.html", redact="some")
