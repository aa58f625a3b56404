"""A redacted report leads back to nobody: plain, URL-encoded, in base64, in charts, in the notebook handed over."""

import base64
import html
import json
import re
import urllib.parse

import pytest

from ctforensics.errors import UnknownName
from ctforensics.reports import redact, run

pytestmark = pytest.mark.timeout(300)
_VALUES = """SELECT recipient_account_id FROM events UNION SELECT actor_account_id FROM events UNION SELECT access_key_id FROM events
UNION SELECT issued_access_key_id FROM events UNION SELECT source_ip_address FROM events WHERE source_kind LIKE '%_ip'
UNION SELECT user_name FROM events UNION SELECT role_session_name FROM events UNION SELECT principal_arn FROM events
UNION SELECT bucket_name FROM events UNION SELECT object_key FROM events UNION SELECT principal_id FROM events"""


class Fake(redact.Pseudonyms):
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


def test_event_ids_and_hashes_stay_and_one_value_has_one_pseudonym():
    made = redactor({"payroll-bucket": "resource"})
    kept = "d58cf935-0194-41d0-baa0-123456789012 " + "0" * 52 + "123456789012"
    assert made.text(kept) == kept
    assert made.text("payroll-bucket") == made.text("payroll-bucket") != "payroll-bucket"


def test_a_redacted_incident_report_holds_no_original_value(story_case, tmp_path):
    case = story_case("leaked_key")
    clue = json.loads((case.path.parent / "labels.json").read_text("utf-8"))["clue"]
    for ending in ("html", "ipynb"):
        made = run.make(case.path, "incident", {"access_keys": [clue]}, tmp_path / f"r.{ending}", redact="all")
        text = html.unescape(made.path.read_text("utf-8").split("<script>")[0])
        found = {str(v) for (v,) in case.room.sql(_VALUES, {})[2] if v}
        named = {
            v for v in found if len(v) > 3 and v.lower() not in redact.own_words() and not v.endswith(".amazonaws.com")
        }
        left = {v for v in named - {"root"} if v in text or urllib.parse.quote(v, safe="") in text}
        left |= {v for v in named if base64.b64encode(v.encode()).decode().rstrip("=") in text}
        assert not left and len(named) > 100
        assert not re.search(r"\bA[KS]IA[A-Z0-9]{12,}", text)
        assert made.attachments == () and "REDACTED" in text
    told = (case.path / redact.FILE).read_text("utf-8")
    assert clue in told, "the table that leads back stays in the case"
    (case.path / redact.FILE).unlink()


def test_an_unknown_profile_is_refused_before_anything_runs(story_case, tmp_path):
    with pytest.raises(UnknownName, match="redaction profile"):
        run.make(story_case("quiet_week").path, "incident", {}, tmp_path / "r.html", redact="some")
