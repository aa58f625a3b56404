"""A column of yes and no is open where a record says nothing, and says no yes of a call that was refused."""

from __future__ import annotations

from typing import Any

from ctforensics.ask.catalog import Catalog
from tests.ask.conftest import Asker, event

# Columns that something else than the parameters decides: the name of the call, other members of the record, events around it.
DECIDED = {
    "access_key_lifecycle.by_someone_else",  # without a name a call is about the caller's own key
    "login_profile_changes.for_someone_else",
    "login_profile_changes.root_password",
    "image_registry_activity.from_other_account",
    "lambda_invocations.from_other_account",
    "kms_key_destruction.later_cancelled",
    "ec2_key_pairs.public_key_sent",
    "db_snapshot_sharing.made_public",  # copies and exports share with nobody
    "image_sharing_changes.made_public",
    "snapshot_sharing_changes.made_public",
    "shared_snapshots_used.is_outside",
    "console_federation_tokens.by_portal",
    "caller_identity_checks.first_call_of_key",
}
# What is true of a call that was refused as well: how it was made, not what it did.
OF_A_TRY = {"managed_compute_abuse.first_here"}


def test_no_column_says_no_of_a_call_whose_record_says_nothing(case_of):
    ask = case_of(*every_call(requestParameters=None, responseElements=None))
    assert said(ask, False) - DECIDED == set()


def test_no_column_says_yes_of_a_call_that_was_refused(case_of):
    ask = case_of(*every_call(requestParameters=None, responseElements=None, errorCode="AccessDenied"))
    assert said(ask, True) - OF_A_TRY == set()


def every_call(**how: Any) -> list[dict[str, Any]]:
    """One event of every kind that any question names."""
    calls = sorted({call for question in Catalog.of_case() for call in question.events})
    return [event(*call.split(":"), minute=number % 60, **how) for number, call in enumerate(calls)]


def said(ask: Asker, value: bool) -> set[str]:
    """The columns, with their questions, that hold this in any row."""
    asked = [q for q in ask.catalog if q.events and not any(p.required for p in q.params)]
    return {f"{q.name}.{name}" for q in asked for row in ask(q.name) for name, held in row.items() if held is value}
