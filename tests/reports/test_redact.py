"""A redacted report leads back to nobody: plain, URL-encoded, in base64, in charts, in the notebook handed over."""

import base64
import gzip
import json
import re
import urllib.parse

import pytest

from ctforensics.errors import UnknownName
from ctforensics.reports import browsers, named, pseudonyms, redact, run
from tests.reports.report_samples import notebook_json
from tests.support import leaks, redaction_search, report_matrix, small_case

pytestmark = pytest.mark.timeout(900)


class Fake(pseudonyms.Pseudonyms):
    """Pseudonyms that are not kept."""

    def __init__(self):
        self.table, self._taken = {}, set()


def redactor(known, text=""):
    found = known if isinstance(known, named.Named) else named.Named(known)
    return redact.Redactor(Fake(), found, redact.PROFILES["all"], text or " ".join(found.values))


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
    case.folder.inputs.mkdir(exist_ok=True)
    (case.folder.inputs / "labels.csv").write_text("value,label,note\nAcme Holding,client,no record names it\n")
    case.load(
        small_case.add(
            tmp_path / "evidence", "r.json", small_case.record(1, requestParameters=asked, responseElements=answered)
        )
    )
    told = json.dumps(
        [asked, answered, "1a2b3c4d-1111-4222-8333-444455556666 holiday-plan.zip partner-drop", "For Acme Holding"]
    )
    known = named.named(case.room, case.folder, redact.PROFILES["all"])
    out = redactor(known, told).text(told)
    for name in (
        key,
        "holiday-plan",
        "1a2b3c4d",
        "blue-otters",
        "partner-drop",
        "ip-10-0",
        "carol",
        "111122223333",
        "Acme",
    ):
        assert name not in out, name
    for public in ("arn:aws:iam::aws:policy/AdministratorAccess", "t3.small", "running"):
        assert public in out, public
    case.close()


def test_the_name_of_an_event_stays_whole_though_a_resource_is_called_like_a_part_of_it():
    known = named.Named({"Subnet": "resource", "CreateSubnet-of-acme": "resource"}, calls={"createsubnet"})
    made = redactor(known, "CreateSubnet Subnet CreateSubnet-of-acme")
    assert made.text("CreateSubnet, DeleteSubnetX").startswith("CreateSubnet, Deleteresource-")
    assert "ubnet" not in made.text("in Subnet") and "acme" not in made.text("CreateSubnet-of-acme")


def test_only_events_of_aws_stay_whole_for_others_may_be_named_after_a_customer(tmp_path):
    case = small_case.make(tmp_path, events=0)
    made = [("ec2.amazonaws.com", "CreateSubnet"), ("acme.example", "AcmeLogin"), ("ec2.amazonaws.com", "acme-subnet")]
    records = [small_case.record(n, eventSource=s, eventName=e) for n, (s, e) in enumerate(made)]
    case.load(small_case.add(tmp_path / "evidence", "r.json", *records))
    assert named.named(case.room, case.folder, {"resource"}).calls == {"createsubnet"}
    case.close()


def test_event_ids_and_hashes_stay_and_one_value_has_one_pseudonym():
    made = redactor({"payroll-bucket": "resource"})
    kept = "d58cf935-0194-41d0-baa0-123456789012 " + "0" * 52 + "123456789012"
    assert made.text(kept) == kept
    assert made.text("payroll-bucket") == made.text("payroll-bucket") != "payroll-bucket"


ARN = "arn:aws:iam::111122223333:user/ops/carol"
KNOWN = {
    ARN: "name",
    "carol": "name",
    "111122223333": "account",
    "198.51.100.7": "address",
    "payroll-2024": "resource",
    "Müller & Söhne": "name",
}


def b64(text, coding="utf-8"):
    return base64.b64encode(text.encode(coding)).decode()


@pytest.mark.parametrize(
    "said",
    [
        b64("\0\1 carol ") + " tail",
        "https://x.example/" + b64("user is carol here"),
        "prefix_" + b64("user is carol here").rstrip("="),
        "a" + b64("user is carol here"),
        b64("net user carol /add", "utf-16-le"),
        b64(b64("once more: carol of 111122223333")),
        base64.b64encode(gzip.compress(b"the user carol", mtime=0)).decode(),
        base64.b64encode(b"\xff\xfe\x00\x80payroll-2024\xff\x81").decode(),
        b"carol".hex() + b"-rest".hex(),
        b64("carol"),
        urllib.parse.quote(urllib.parse.quote(urllib.parse.quote(ARN, safe=""), safe=""), safe=""),
        "q=by+%22car%6fl%22",
        "M\\u00fcller \\u0026 S\\u00f6hne",
        "M&uuml;ller &amp; S&#246;hne",
        "m%C3%BCller+%26+s%C3%B6hne",
        "\\u0063arol",
        "logs111122223333x and 1111-2222-3333",
        "x_AKIAIOSFODNN7EXAMPLE_y",
        "::ffff:198.51.100.7 and ::FFFF:203.0.113.9 and 2001:DB8:0:0::17",
        "the host i-0abc1234def567890 in vpc-0a1b2c3d",
        "arn:aws:iam::*:role/secret-role",
        f'{{"a": "{"x" * 1490} arn:aws:iam::1111222 … (2,000 characters)',
    ],
)
def test_no_spelling_hides_a_value_from_the_redaction(said):
    out = redactor(named.Named(dict(KNOWN)), "\n".join(redact._texts(said))).text(said)
    read = " ".join([out, *leaks.unpacked(out)]).lower()
    for value in (*KNOWN, "1111222", "secret-role", "203.0.113", "db8", "i-0abc", "vpc-0a", "akiaiosf", "100.7"):
        assert value.lower() not in read, value
    assert out != said


def test_a_lane_is_named_by_the_whole_name_behind_an_arn_so_that_the_redaction_knows_it():
    from ctforensics.reports import swimlanes

    arn = "arn:aws:sts::111122223333:assumed-role/deployer/repo:acme/web: nightly"
    lane = swimlanes._lane({"actor": arn, "access_key_id": "ASIAIOSFODNN7EXAMPLE"})
    assert lane.endswith("assumed-role/deployer/repo:acme/web: nightly")
    found = named.Named(dict.fromkeys((arn, *named._parts(arn)), "name"))
    made = redactor(found)
    assert not re.search("deployer|acme|nightly|ASIA", made.text(lane)) and "deployer" not in made.text(arn)


def test_the_name_of_a_permission_set_is_known_and_policies_of_aws_that_are_named_alike_stay():
    role = "AWSReservedSSO_ReadOnlyAccess_0a1b2c3d4e5f6a7b"
    found = named.Named(
        dict.fromkeys(named._parts(f"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/{role}"), "name")
    )
    made = redactor(found)
    assert "ReadOnly" not in made.text(f"ReadOnlyAccess by {role}")
    assert made.text("arn:aws:iam::aws:policy/ReadOnlyAccess") == "arn:aws:iam::aws:policy/ReadOnlyAccess"


def test_a_long_value_that_a_cell_cuts_short_is_replaced_too():
    from ctforensics.reports.cells import as_cell

    value = "the plan of carol, " + "and so on, " * 400
    cell = as_cell(value)
    assert "carol" in cell and "carol" not in redactor(named.Named({value: "resource"}), cell).text(cell)


def test_two_originals_never_share_a_pseudonym_and_one_has_the_same_in_every_spelling():
    made = redactor(
        named.Named({"Report": "resource", "report-x": "resource", "REPORT": "resource", "2001:db8::17": "address"}),
        "report report-x 2001",
    )
    assert len({made.text(t) for t in ("Report", "REPORT", "report-x")}) == 3
    assert made.text("rEPORT") in (made.text("Report"), made.text("REPORT"))
    assert made.text("2001:DB8:0::17") == made.text("2001:db8::17") == made.text("2001:0db8:0:0:0:0:0:17")
    assert made.text("1111-2222-3333") == made.text("111122223333") and made.text("::ffff:192.0.2.1") == made.text(
        "192.0.2.1"
    )
    for pseudonym in made.pseudonyms.table.values():
        assert re.fullmatch(r"[a-z]+-[0-9a-f]{6}", pseudonym), "of one length, whatever the value's"


def test_an_arn_keeps_its_service_and_type_and_its_parts_are_those_of_the_other_columns():
    made = redactor(named.Named(dict(KNOWN)))
    kept = re.fullmatch(r"arn:aws:iam::(.*):user/(.*)/(.*)", made.text(ARN))
    assert kept[1] == made.text("111122223333") and kept[3] == made.text("carol") and "ops" not in kept[2]
    assert made.text("arn:aws:iam::111122223333:root").endswith(":root")
    bucket = made.text("arn:aws:s3:::payroll-2024/plans/*")
    assert bucket.startswith(f"arn:aws:s3:::{made.text('payroll-2024')}/resource-")
    assert re.fullmatch(
        r"arn:aws:sns:eu-west-1:account-\w+:resource-\w+", made.text("arn:aws:sns:eu-west-1:111122223333:mergers:7f")
    )
    assert made.text("arn:aws:iam::111122223333:role/").endswith(":role/")
    assert made.text("open to 0.0.0.0/0 and ::/0, not to 10.0.0.0/8").startswith(
        "open to 0.0.0.0/0 and ::/0, not to address-"
    )
    own = "arn:aws:iam::111122223333:role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty"
    assert made.text(own).endswith(own[len("arn:aws:iam::111122223333") :])


def test_a_name_that_is_a_word_of_the_report_is_replaced_in_cells_and_charts_and_stays_in_sentences():
    made = redactor(
        named.Named({"AKIAIOSFODNN7EXAMPLE": "key"}, {"backup": "name", "al": "name"}), "AKIAIOSFODNN7EXAMPLE"
    )
    table = {
        "columns": [{"name": "actor"}, {"name": "outcome"}, {"name": "event_name"}],
        "rows": [["backup", "backup", "al"], ["al", "x", "y"]],
        "caption": "A backup",
    }
    spec = {
        "data": {"values": [{"lane": "AKIAIOSFODNN7EXAMPLE backup", "kind": "backup", "backup@x.org": 1}]},
        "mark": "backup",
        "scale": {"domain": ["backup"]},
    }
    output = {"data": {redact.pieces.TABLE: table, redact.pieces.CHART: {"spec": spec, "table": table}}}
    out = redact._output(output, made)["data"]
    of = made.pseudonyms.table
    for rows in (out[redact.pieces.TABLE]["rows"], out[redact.pieces.CHART]["table"]["rows"]):
        assert rows == [[of["backup"], "backup", "al"], [of["al"], "x", "y"]]
    assert out[redact.pieces.TABLE]["caption"] == "A backup"
    drawn = out[redact.pieces.CHART]["spec"]
    (row,) = drawn["data"]["values"]
    assert (
        row["lane"] == f"{of['AKIAIOSFODNN7EXAMPLE']} {of['backup']}"
        and row["kind"] == "backup"
        and "backup@x.org" not in row
    )
    assert drawn["mark"] == "backup" and drawn["scale"]["domain"] == [of["backup"]]


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
    secrets = {v for v in leaks.secrets_of(own_case) if v.lower() not in named.own_words() | redaction_search.GENERIC}
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


def test_the_search_finds_what_was_planted_in_any_layer_of_any_format(tmp_path):
    planted = {
        "carol-the-cellist": "plain",
        "arn:aws:iam::111122223333:user/oboe": "quoted twice",
        "payroll-of-the-band": "in base64, in a chart",
        "violin & viola": "in a cell",
        "2001:db8::17": "spelled out",
    }
    quoted = urllib.parse.quote(urllib.parse.quote("arn:aws:iam::111122223333:user/oboe", safe=""), safe="")
    drawn = base64.b64encode(b"x/payroll-of-the-band").decode()
    source = (
        "from ctforensics.reports import pieces\nfrom IPython.display import display\n"
        f"display(pieces.table(['a', 'b'], [['violin & viola', {quoted!r}], [{drawn!r}, '']], caption='By carol-the-cellist'))\n"
        f"spec = {{'data': {{'values': [{{'a': {drawn!r}, 'b': 2}}]}}, 'mark': 'bar', 'encoding': {{'x': {{'field': 'a', 'type': 'nominal'}}}}}}\n"
        "display(pieces.chart(spec, caption='x', alt='y', equivalent=pieces.table(['a'], [[spec['data']['values'][0]['a']]], caption='z')))\n"
        "display(pieces.callout('note', 'From 2001:0db8:0000:0000:0000:0000:0000:0017.'))"
    )
    own = tmp_path / "planted.ipynb"
    own.write_text(json.dumps(notebook_json(("code", source))), "utf-8")
    targets = [tmp_path / f"o.{ending}" for ending in ("html", "md", "docx", "ipynb")]
    run.make(None, str(own), {}, *targets)
    for file in targets:
        found, left = redaction_search.searched(file, leaks.searched_for(planted))
        assert found == set(planted), file.suffix
    assert "111122223333" in "".join(left["arns"])
    assert redaction_search.searched(targets[0], leaks.searched_for({"a-name-that-is-nowhere"}))[0] == set()


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
    own.write_text(json.dumps(notebook_json(*cells) | {"metadata": {"title": f"The case of {name}"}}), "utf-8")
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
