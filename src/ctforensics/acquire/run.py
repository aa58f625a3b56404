"""One acquisition from S3, whole: sign in, plan, copy, account for it, and leave the record of custody."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from ctforensics import clock
from ctforensics.acquire import account, examiner, preflight, trust
from ctforensics.acquire import plan as planning
from ctforensics.acquire.answers import Answers
from ctforensics.acquire.bucket import ROOT, Copier, Known, Remainder, Told, fresh_partial
from ctforensics.acquire.fetch import Fetcher
from ctforensics.acquire.plan import Plan
from ctforensics.acquire.preflight import Preflight, Probe
from ctforensics.acquire.scope import Scope
from ctforensics.aws.clients import Access
from ctforensics.aws.refusals import Refusal
from ctforensics.case import lock
from ctforensics.case.folder import CaseFolder
from ctforensics.case.manifest import Root
from ctforensics.errors import CaseError


@dataclass(slots=True)
class Options:
    """How to acquire: objects at once, minutes to use, and who pays for requests."""

    jobs: int = 16
    budget_seconds: float | None = None
    requester_pays: bool = False
    configuration: bool = True
    buckets: tuple[str, ...] = ()
    told: Told = lambda done, total: None
    say: Callable[[str], None] = lambda sentence: None


@dataclass(slots=True)
class Acquired:
    """What an acquisition did. ``stop`` says why it ended early; ``wanted_file`` lists what is not here."""

    plan: Plan
    head: str
    stop: Refusal | None = None
    wanted_file: Path | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)


@contextmanager
def busy(folder: CaseFolder, command: str) -> Iterator[None]:
    """One acquisition at a time in a case; a load may run beside it. Raises CaseBusy."""
    with lock.held(folder.path / "acquire.lock", command):
        yield


def dry_run(access: Access, scope: Scope, options: Options) -> Plan:
    """The plan of an acquisition; nothing is written to the case."""
    with tempfile.TemporaryDirectory(prefix="ctforensics-plan-") as place:
        return planning.make(access, scope, Path(place), requester_pays=options.requester_pays)


def look_first(accesses: list[Access], scope: Scope, options: Options) -> Preflight:
    """Probes every right that an acquisition needs; nothing is copied or written."""
    branches = planning.branches_of(accesses[0], scope, requester_pays=options.requester_pays)
    result = Preflight(preflight.probe_objects(accesses[0], scope, branches, requester_pays=options.requester_pays))
    result.probes += preflight.probe_questions(accesses, [scope.bucket, *options.buckets])
    return result


def acquire_bucket(folder: CaseFolder, accesses: list[Access], scope: Scope, options: Options) -> Acquired:
    """Brings the objects of a scope into the case. The caller holds ``busy``; the first access reads the bucket.

    Raises ForensicsError where the bucket cannot be listed at all or the disk is too small; an acquisition that ends early
    returns with ``stop`` set and its ledger balanced.
    """
    began = time.monotonic()
    until = began + options.budget_seconds if options.budget_seconds else None
    access = accesses[0]
    access.who()
    url = f"s3://{scope.bucket}/{scope.prefix}"
    examiner.record(
        folder, "begun", source=url, caller=access.caller, clock_offset=access.clock_offset, **_asked(scope)
    )
    partial = fresh_partial(folder)
    spool = partial.parent / "plan"
    shutil.rmtree(spool, ignore_errors=True)
    plan = planning.make(access, scope, spool, requester_pays=options.requester_pays)
    probed = preflight.probe_objects(access, scope, plan.branches, requester_pays=options.requester_pays)
    _room_for(folder, plan)
    examiner.ensure_root(folder, Root(ROOT, ROOT))
    told, keys = _what_only_access_gives(folder, accesses, scope, options, plan) if options.configuration else ({}, {})
    _say_what_is_missing(probed, told, options)
    wanted_file = partial.parent / f"wanted-{clock.now():%Y%m%dT%H%M%S}.jsonl"
    fetcher = Fetcher(access.client("s3"), partial, ROOT, requester_pays=options.requester_pays)
    with _wanted_list(wanted_file) as remainder:
        copier = Copier(folder, fetcher, Known(folder), plan.ledger, options.jobs, until, options.told, remainder)
        try:
            copier.run(plan.objects())
        except BaseException as error:
            examiner.record(folder, "stopped", source=url, why=type(error).__name__, ledger=plan.ledger.as_json())
            raise
        finally:
            shutil.rmtree(partial, ignore_errors=True)
            shutil.rmtree(spool, ignore_errors=True)
    sessions = [examiner.remember(folder, one) for one in accesses]
    head = examiner.record(
        folder,
        "stopped" if copier.stop else "done",
        source=url,
        ledger=plan.ledger.as_json(),
        not_listed=[{"prefix": prefix, "reason": reason} for prefix, reason in plan.refused],
        absent=plan.branches.absent,
        clock_offset=access.clock_offset,
        answers=told,
        public_keys=keys,
        sessions=sessions,
    )
    return Acquired(plan, head, copier.stop, wanted_file if wanted_file.exists() else None, told, keys)


def _what_only_access_gives(
    folder: CaseFolder, accesses: list[Access], scope: Scope, options: Options, plan: Plan
) -> tuple[dict[str, Any], dict[str, int]]:
    """Keys first, then configuration: small, and gone when the access is."""
    answers = Answers.begin(folder)
    facts = account.ask_first(accesses, answers, scope)
    since = scope.since or plan.oldest or clock.now() - timedelta(days=90)
    until = min(max(scope.until or plan.newest or since, plan.newest or since) + scope.late, clock.now())
    keys = trust.acquire_keys(folder, accesses[0], answers, facts.regions, since, max(until, since))
    account.save_expectation(answers, scope, facts)
    account.ask_rest(accesses, answers, scope, facts, options.buckets)
    return answers.finish(), keys


def _say_what_is_missing(probed: list[Probe], told: dict[str, Any], options: Options) -> None:
    """Before the bulk: what will be refused, and the policy that would mend it."""
    denied = [probe for probe in probed if probe.state == "denied"]
    rights = [(probe.action, probe.resource) for probe in denied]
    for entry in told.get("not_obtained", ()):
        service, _, operation = entry["question"].partition(":")
        if "Denied" in entry["code"] or "denied" in entry["code"]:
            bucket = service == "s3" and f"arn:aws:s3:::{entry['subject']}"
            rights.append((preflight.action_of(service, operation), bucket or "*"))
    for probe in denied:
        options.say(f"Denied: {probe.action} for {probe.what}: {probe.reason}.")
    if rights:
        options.say("A policy that grants what is missing:")
        options.say(preflight.text(preflight.policy(rights)))


def _asked(scope: Scope) -> dict[str, Any]:
    return {
        "accounts": sorted(scope.accounts),
        "regions": sorted(scope.regions),
        "kinds": sorted(scope.kinds),
        "since": clock.utc_text(scope.since) if scope.since else None,
        "until": clock.utc_text(scope.until) if scope.until else None,
    }


def _room_for(folder: CaseFolder, plan: Plan) -> None:
    """Raises CaseError where the planned bytes cannot fit, before any of them is copied."""
    free = shutil.disk_usage(folder.path).free
    have = (
        sum(f.stat().st_size for f in folder.evidence.rglob("*") if f.is_file())
        if free < plan.ledger.planned_bytes
        else 0
    )
    if plan.ledger.planned_bytes - have > free:
        raise CaseError(
            f"The plan needs {plan.ledger.planned_bytes:,} bytes and {free:,} are free.",
            where=str(folder.path),
            hint="Make room, put the case on another disk, or narrow the scope.",
        )


@contextmanager
def _wanted_list(file: Path) -> Iterator[Any]:
    """Writes what is not here, one line for each object; leaves no file where there is nothing to write."""
    with file.open("w", encoding="utf-8") as stream:

        def write(left: Remainder) -> None:
            line = {
                "bucket": left.wanted.bucket,
                "key": left.wanted.key,
                "size": left.wanted.size,
                "storage_class": left.wanted.storage_class,
                "outcome": left.outcome,
                "reason": left.reason,
            }
            stream.write(json.dumps(line) + "\n")

        yield write
    if file.stat().st_size == 0:
        file.unlink()
