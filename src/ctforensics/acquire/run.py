"""One acquisition from S3, whole: sign in, plan, probe, ask what only access gives, copy, account for it, record custody."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ctforensics import clock
from ctforensics.acquire import account, event_history, examiner, health, inventory, preflight, tars, trust, versions
from ctforensics.acquire import plan as planning
from ctforensics.acquire import restore as restoring
from ctforensics.acquire.account import Facts
from ctforensics.acquire.answers import Answers, replace_file
from ctforensics.acquire.bucket import Copier, Known, Told
from ctforensics.acquire.event_history import History
from ctforensics.acquire.fetch import SMALL, Fetcher
from ctforensics.acquire.health import Control
from ctforensics.acquire.placing import ROOT, fresh_partial
from ctforensics.acquire.plan import Plan, Wanted
from ctforensics.acquire.preflight import Preflight
from ctforensics.acquire.scope import Branch, Scope
from ctforensics.acquire.versions import Versions
from ctforensics.aws.clients import Access
from ctforensics.aws.reader import Reader
from ctforensics.aws.refusals import Refusal
from ctforensics.case import custody, lock, outstanding
from ctforensics.case.folder import CaseFolder
from ctforensics.case.manifest import Root
from ctforensics.errors import CaseError, ForensicsError

KEPT_BACK, MOST_KEPT_BACK = 0.05, 120.0  # of a time budget, and seconds at most, for a last sweep before its end


@dataclass(slots=True)
class Options:
    """How to acquire: objects at once, seconds to use, who pays for requests, and what to ask beside the objects."""

    jobs: int = 16
    rate: float | None = None
    budget_seconds: float | None = None
    requester_pays: bool = False
    configuration: bool = True
    buckets: tuple[str, ...] = ()
    restore: restoring.Request | None = None
    history: bool = False
    filters: list[tuple[str, str]] = field(default_factory=list)
    history_pace: float | None = None
    versions: str = ""
    inventory: str = ""
    tar: bool = False
    told: Told = lambda done, total: None
    say: Callable[[str], None] = lambda sentence: None

    @property
    def payer(self) -> dict[str, str]:
        return {"RequestPayer": "requester"} if self.requester_pays else {}


@dataclass(slots=True)
class Beside:
    """What was learned beside the objects: answers summed up, keys by region, trail health, event history, versions."""

    answers: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    health: list[Control] = field(default_factory=list)
    health_file: Path | None = None
    history: History | None = None
    versions: dict[str, Versions] = field(default_factory=dict)


@dataclass(slots=True)
class Acquired:
    """What an acquisition did. ``stop`` says why it ended early; ``wanted_file`` lists what is not here."""

    plan: Plan
    head: str
    beside: Beside
    stop: Refusal | None = None
    wanted_file: Path | None = None
    restored: dict[str, int] = field(default_factory=dict)
    clock_offset: float | None = None


@contextmanager
def busy(folder: CaseFolder, command: str) -> Iterator[None]:
    """One acquisition at a time in a case; a load may run beside it. Raises CaseBusy."""
    with lock.held(folder.path / "acquire.lock", command):
        yield


def dry_run(access: Access, scope: Scope, options: Options) -> Plan:
    """The plan of an acquisition; nothing is written to the case."""
    with tempfile.TemporaryDirectory(prefix="ctforensics-plan-") as place:
        return _plan(access, scope, options, Path(place))


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
    until = time.monotonic() + options.budget_seconds if options.budget_seconds else None
    access = accesses[0]
    access.who()
    url = f"s3://{scope.bucket}/{scope.prefix}"
    _recover(folder, options)
    examiner.record(
        folder, "begun", source=url, caller=access.caller, clock_offset=access.clock_offset, **_asked(scope)
    )
    partial = fresh_partial(folder)
    spool = partial.parent / "plan"
    shutil.rmtree(spool, ignore_errors=True)
    plan = _plan(access, scope, options, spool)
    _room_for(folder, plan)
    told = _preflight(accesses, scope, options, plan)
    examiner.ensure_root(folder, Root(ROOT, ROOT))
    beside, answers, facts = Beside(), None, Facts()
    if options.configuration or options.history or options.versions:
        answers = Answers.begin(folder, until)
        facts = account.ask_first(accesses, answers, scope)
        _trust(folder, accesses, answers, facts, scope, options, plan, beside)
    wanted_file = outstanding.new_file(folder)
    with _copying(folder, access, plan, options, until, wanted_file, url) as copier:
        copier.run(plan.objects(planning.DIGESTS))
        if answers is not None:
            _rest(folder, accesses, answers, facts, scope, options, plan, beside)
            _say_what_else_is_missing(told, beside.answers, options)
        copier.run(plan.objects(planning.WINDOW))
        if options.filters:
            _look_up(accesses, answers, facts, scope, options, copier, beside)
        copier.run(plan.objects(planning.MARGINS))
        if options.history and not options.filters:
            _look_up(accesses, answers, facts, scope, options, copier, beside)
        copier.run(plan.objects(planning.BULK))
        copier.sweep(_last_sweep(access, plan, options, copier), until)
        if copier.tars is not None:
            copier.tars.seal()
        plan.ledger.check()
    stop = copier.stop
    restored = _restore(folder, access, wanted_file, options)
    head = _close(folder, accesses, plan, beside, stop, url)
    return Acquired(
        plan, head, beside, stop, wanted_file if wanted_file.exists() else None, restored, access.clock_offset
    )


def _recover(folder: CaseFolder, options: Options) -> None:
    """What a killed run had packed already becomes evidence first, with a custody line of its own."""
    objects = tars.recover(folder)
    if objects:
        examiner.ensure_root(folder, Root(ROOT, ROOT))
        examiner.record(folder, "recovered", objects=objects)
        options.say(
            f"{objects:,} objects of an earlier run that was killed lay in unfinished tars; they are evidence now."
        )


def _plan(access: Access, scope: Scope, options: Options, spool: Path) -> Plan:
    if options.inventory:
        return planning.from_objects(scope, inventory.objects(access, scope, options.inventory), spool)
    return planning.make(access, scope, spool, requester_pays=options.requester_pays)


@contextmanager
def _copying(
    folder: CaseFolder, access: Access, plan: Plan, options: Options, until: float | None, wanted_file: Path, url: str
) -> Iterator[Copier]:
    """A copier for the plan. A crash or an interruption leaves a custody line, too."""
    partial = folder.path / "acquisition" / "partial"
    reader = Reader(access.client("s3"), plan.scope.bucket, options.payer)
    with outstanding.writing(wanted_file) as remainder:
        fetcher = Fetcher(reader, partial, ROOT, in_memory=SMALL if options.tar else 0)
        kept_back = min(MOST_KEPT_BACK, (options.budget_seconds or 0) * KEPT_BACK)
        end = until - kept_back if until is not None else None
        copier = Copier(folder, fetcher, Known(folder), plan.ledger, options.jobs, end, options.told, remainder)
        copier.rate = options.rate
        copier.tars = tars.Tars(folder) if options.tar else None
        copier.try_archived = restoring.asked_before(folder)
        try:
            yield copier
        except BaseException as error:
            examiner.record(folder, "stopped", source=url, why=type(error).__name__, ledger=plan.ledger.as_json())
            raise
        finally:
            reader.close()
            access.calls["s3", "GetObject", "200"] += reader.direct
            for leftover in (partial, plan.folder):
                shutil.rmtree(leftover, ignore_errors=True)


def _restore(folder: CaseFolder, access: Access, wanted_file: Path, options: Options) -> dict[str, int]:
    if options.restore is None or not wanted_file.exists():
        return {}
    done = restoring.request_all(access.client("s3"), wanted_file, options.restore, options.jobs)
    custody.record(folder, "restore", tier=options.restore.tier, days=options.restore.days, requests=done)
    return done


def _close(
    folder: CaseFolder, accesses: list[Access], plan: Plan, beside: Beside, stop: Refusal | None, url: str
) -> str:
    """The last custody line of an acquisition; returns the head."""
    sessions = [examiner.remember(folder, one) for one in accesses]
    return examiner.record(
        folder,
        "stopped" if stop else "done",
        source=url,
        **({"why": stop.reason} if stop else {}),
        ledger=plan.ledger.as_json(),
        not_listed=[{"prefix": prefix, "reason": reason} for prefix, reason in plan.refused],
        absent=plan.branches.absent,
        clock_offset=accesses[0].clock_offset,
        answers=beside.answers,
        public_keys=beside.keys,
        event_history=beside.history.events if beside.history else None,
        versions={name: [v.entries, v.deleted, v.older] for name, v in beside.versions.items()} or None,
        sessions=sessions,
    )


def _last_sweep(access: Access, plan: Plan, options: Options, copier: Copier) -> Iterator[Wanted]:
    """What was delivered while we copied, where the window reaches to now: listed once more, planned, and given to the copier."""
    began = access.began + timedelta(seconds=access.clock_offset or 0)
    if options.inventory or (plan.scope.until is not None and plan.scope.until + plan.scope.late < began):
        return
    late = replace(plan.scope, since=max(began - timedelta(hours=1), plan.scope.since or datetime.min))
    try:
        again = planning.make(access, late, plan.folder / "sweep", requester_pays=options.requester_pays)
    except ForensicsError as error:
        plan.refused.append((plan.scope.prefix, f"the last sweep could not be listed: {error.message}"))
        return
    for wanted in again.objects():
        new = clock.parse_instant(wanted.last_modified) >= began.replace(microsecond=0)
        if new and not copier.settled(wanted):
            plan.count(wanted)
            yield wanted


def _trust(
    folder: CaseFolder,
    accesses: list[Access],
    answers: Answers,
    facts: Facts,
    scope: Scope,
    options: Options,
    plan: Plan,
    beside: Beside,
) -> None:
    """Public keys and what should be here: small, and without them nothing is verified later."""
    if not options.configuration:
        return
    since = scope.since or plan.oldest or clock.now() - timedelta(days=90)
    last = max(scope.until or plan.newest or since, plan.newest or since)
    until = max(min(last + scope.late, clock.now()), since)
    beside.keys = trust.acquire_keys(folder, accesses, answers, facts.regions, since, until)
    account.save_expectation(answers, scope, facts)


def _rest(
    folder: CaseFolder,
    accesses: list[Access],
    answers: Answers,
    facts: Facts,
    scope: Scope,
    options: Options,
    plan: Plan,
    beside: Beside,
) -> None:
    """Configuration and versions, after the digests and before the bulk."""
    if options.configuration:
        account.ask_rest(accesses, answers, scope, facts, options.buckets)
        beside.health = health.read(answers, scope.bucket, facts.trails)
        beside.health_file = folder.exhibits / f"trail-health-{answers.stamp}.json"
        replace_file(beside.health_file, health.as_json(beside.health).encode())
    if options.versions:
        beside.versions = _versions(accesses[0], answers, scope, options, plan)
    beside.answers = answers.finish()


def _look_up(
    accesses: list[Access],
    answers: Answers | None,
    facts: Facts,
    scope: Scope,
    options: Options,
    copier: Copier,
    beside: Beside,
) -> None:
    """Event history: of named keys after the incident window, of everything after its margins. It is slow, two calls a second."""
    if answers is None:
        return
    pace = event_history.PACE if options.history_pace is None else options.history_pace
    window = (scope.since, scope.until)
    beside.history = event_history.History()
    for access in accesses:
        if copier.stop is not None and answers.deadline is None:
            found = event_history.not_asked(access, answers, facts.regions, copier.stop.reason)
        else:
            found = event_history.pull(
                access, answers, facts.regions, options.filters, *window, pace=pace, deadline=answers.deadline
            )
        beside.history.add(found)
    beside.answers = answers.finish("questions-event-history.json")


def _versions(access: Access, answers: Answers, scope: Scope, options: Options, plan: Plan) -> dict[str, Versions]:
    """Versions of the log bucket's branches (fetched where asked for) and of whole victim buckets (listed only)."""
    spool = plan.folder if options.versions == "fetch" else None
    branches = plan.branches.found or [Branch(scope.prefix, "other")]
    found = {scope.bucket: versions.take_stock(access, answers, scope, branches, spool, options.payer)}
    if spool:
        planning.count_more(plan, "1-v*.jsonl")
    for bucket in options.buckets:
        victim = Scope(bucket, since=scope.since, until=scope.until, late=scope.late)
        found[bucket] = versions.take_stock(access, answers, victim, [Branch("", "other")], None, options.payer)
    return found


def _preflight(accesses: list[Access], scope: Scope, options: Options, plan: Plan) -> set[tuple[str, str]]:
    """In the first minute: what will be refused, and the policy that would mend it. Returns the rights that it named."""
    probed = preflight.probe_objects(accesses[0], scope, plan.branches, requester_pays=options.requester_pays)
    if options.configuration:
        probed += preflight.probe_questions(accesses, [scope.bucket, *options.buckets])
    denied = [probe for probe in probed if probe.state == "denied"]
    for probe in denied:
        options.say(f"Denied: {probe.action} for {probe.what}: {probe.reason}.")
    rights = {(probe.action, probe.resource) for probe in denied}
    _say_policy(rights, options)
    return rights


def _say_what_else_is_missing(told: set[tuple[str, str]], answers: dict[str, Any], options: Options) -> None:
    """What no probe could show and was denied when it was asked."""
    rights = set()
    for entry in answers["not_obtained"]:
        service, _, operation = entry["question"].partition(":")
        if "denied" in entry["code"].lower():
            bucket = service == "s3" and f"arn:aws:s3:::{entry['subject']}"
            rights.add((preflight.action_of(service, operation), bucket or "*"))
    _say_policy(rights - told, options)


def _say_policy(rights: set[tuple[str, str]], options: Options) -> None:
    if rights:
        options.say("A policy that grants what is missing:")
        options.say(preflight.text(preflight.policy(sorted(rights))))


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
    needed = plan.ledger.planned_bytes - sum(plan.class_bytes[name] for name in planning.ARCHIVE_CLASSES)
    have = sum(f.stat().st_size for f in folder.evidence.rglob("*") if f.is_file()) if free < needed else 0
    if needed - have > free:
        raise CaseError(
            f"The plan needs {needed:,} bytes and {free:,} are free.",
            where=str(folder.path),
            hint="Make room, put the case on another disk, or narrow the scope.",
        )
