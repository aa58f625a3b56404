"""``ctforensics acquire``: brings evidence into a case."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctforensics.cli import console

if TYPE_CHECKING:
    from ctforensics.acquire.run import Options
    from ctforensics.acquire.scope import Scope
    from ctforensics.aws.clients import Access
    from ctforensics.case.folder import CaseFolder


def add(commands: Any) -> None:
    command = commands.add_parser(
        "acquire",
        help="bring evidence into a case, with custody",
        description="Copy a trail out of S3, or take in what somebody else sent, as evidence with a record of custody.",
        epilog="Example: ctforensics acquire mycase s3://org-trail/ --since 2024-05-01 --until 2024-05-08 --profile forensics",
    )
    command.add_argument("case", type=Path, metavar="CASE", help="the case folder (made where there is none)")
    command.add_argument("source", metavar="s3://BUCKET/PREFIX|DIR|ZIP|TAR", help="where the evidence is")
    _scope_options(command)
    _access_options(command)
    command.add_argument("--jobs", type=int, default=16, help="objects copied at the same time (default 16)")
    command.add_argument("--rate", type=float, help="objects asked for in a second at most (default no bound)")
    command.add_argument(
        "--tar", action="store_true", help="plain tars, for each account and day, in place of millions of small files"
    )
    command.add_argument(
        "--budget", metavar="TIME", help="stop after this time, 100m or 2h: what is lost first comes first"
    )
    command.add_argument(
        "--victim-bucket", action="append", default=[], help="a bucket whose configuration is wanted too (repeatable)"
    )
    command.add_argument("--objects-only", action="store_true", help="copy objects; ask no other service anything")
    _beside_options(command)
    command.add_argument(
        "--preflight", action="store_true", help="try every right that is needed; print what is missing as a policy"
    )
    command.add_argument(
        "--policy", action="store_true", help="print the read-only policy that is needed; ask AWS nothing"
    )
    command.add_argument("--dry-run", action="store_true", help="list and count; copy nothing")
    command.add_argument("--json", action="store_true", help="the result as JSON on standard output")
    _received_options(command)
    command.set_defaults(run=run)


def _beside_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--restore", choices=["expedited", "standard", "bulk"], help="ask S3 to restore archived objects"
    )
    command.add_argument("--days", type=int, default=14, help="how long restored copies stay readable (default 14)")
    command.add_argument("--event-history", action="store_true", help="pull LookupEvents of all regions, too")
    command.add_argument(
        "--lookup",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="event history of one key or name alone, for example AccessKeyId=AKIA... (repeatable)",
    )
    command.add_argument(
        "--versions", choices=["list", "fetch"], help="list versions and delete markers; fetch: older versions, too"
    )
    command.add_argument("--inventory", metavar="s3://.../manifest.json", help="an S3 Inventory in place of listing")


def _scope_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--account", action="append", default=[], help="an account to take (repeatable; default all)")
    command.add_argument("--region", action="append", default=[], help="a region to take (repeatable; default all)")
    command.add_argument("--since", help="start of the window, UTC")
    command.add_argument("--until", help="end of the window, UTC, not included")
    command.add_argument(
        "--late", default="48h", help="how late a file may be delivered and still belong (default 48h)"
    )
    command.add_argument(
        "--kind",
        action="append",
        default=[],
        help="log, digest, insight, config, other, all (repeatable; default the first three)",
    )


def _access_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--profile", action="append", default=[], help="a profile of the AWS configuration (repeatable)"
    )
    command.add_argument("--role-arn", action="append", default=[], help="a role to assume (repeatable)")
    command.add_argument("--endpoint-url", help="another S3 than AWS's own")
    command.add_argument("--bucket-region", help="where the bucket is (found by itself where allowed)")
    command.add_argument("--requester-pays", action="store_true", help="agree to pay for requests to the bucket")


def _received_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--received-from", default="", help="DIR, ZIP, TAR: who handed it over")
    command.add_argument("--received-how", default="", help="DIR, ZIP, TAR: how it came (courier, upload, ...)")
    command.add_argument("--received-at", default="", help="DIR, ZIP, TAR: when it came (default now)")
    command.add_argument("--in-place", action="store_true", help="DIR, ZIP, TAR: hash and register, do not copy")
    command.add_argument("--label", help="DIR, ZIP, TAR: what the case calls it (default its name)")


def run(args: argparse.Namespace) -> int:
    from ctforensics.acquire.run import busy

    if "://" not in args.source:
        return _take_in(args)
    scope, options = _scope(args), _options(args)
    if args.policy:
        return _show_policy(args, scope)
    folder = _case(args.case, dry_run=args.dry_run or args.preflight)
    accesses = _accesses(args, folder)
    if args.preflight:
        return _preflight(args, accesses, scope, options)
    if args.dry_run:
        return _show_plan(args, accesses[0], scope, options)
    assert folder is not None
    with busy(folder, f"ctforensics acquire {args.case} {args.source}"):
        return _acquire(args, folder, accesses, scope, options)


def _acquire(
    args: argparse.Namespace, folder: CaseFolder, accesses: list[Access], scope: Scope, options: Options
) -> int:
    from ctforensics.acquire import telling
    from ctforensics.acquire.run import acquire_bucket

    progress = console.Progress("Acquiring", "objects")
    options.told, options.say = progress, _say_lines
    try:
        result = acquire_bucket(folder, accesses, scope, options)
    finally:
        progress.end()
    if args.json:
        console.print_json(telling.as_json(result))
    else:
        for line in telling.lines(result):
            console.out(line)
    if result.stop:
        console.say(f"ctforensics: stopped early: {result.stop.reason}. {result.stop.hint}")
        return 2
    changed = any(found.deleted or found.older for found in result.beside.versions.values())
    whole = result.plan.ledger.complete and not result.plan.refused and not result.plan.branches.absent
    return 0 if whole and not changed else 1


def _say_lines(text: str) -> None:
    for line in text.splitlines():
        console.say(line)


def _show_policy(args: argparse.Namespace, scope: Scope) -> int:
    from ctforensics.acquire import preflight

    console.print_json(preflight.whole_policy(scope, args.victim_bucket))
    return 0


def _preflight(args: argparse.Namespace, accesses: list[Access], scope: Scope, options: Options) -> int:
    from ctforensics.acquire import preflight
    from ctforensics.acquire.run import look_first

    result = look_first(accesses, scope, options)
    if args.json:
        probes = [
            {name: getattr(p, name) for name in ("action", "resource", "what", "state", "reason")}
            for p in result.probes
        ]
        console.print_json({"schema": 1, "probes": probes, "policy": result.policy})
        return 1 if result.denied else 0
    rows = [(p.state, p.action, p.what, p.reason) for p in sorted(result.probes, key=lambda p: p.state)]
    print(console.table(["state", "right", "for", "why"], rows, width=70))
    if result.denied:
        console.out("What is missing, as a policy to send to the client:")
        for line in preflight.text(result.policy).splitlines():
            console.out(line)
    return 1 if result.denied else 0


def _take_in(args: argparse.Namespace) -> int:
    from ctforensics.acquire import telling
    from ctforensics.acquire.directory import Provenance, acquire_path, check_source
    from ctforensics.acquire.run import busy

    source = Path(args.source)
    check_source(args.case, source)
    folder = _case(args.case, dry_run=False)
    assert folder is not None
    progress = console.Progress("Taking in", "files")
    provenance = Provenance(args.received_from, args.received_how, args.received_at)
    with busy(folder, f"ctforensics acquire {args.case} {args.source}"):
        taken = acquire_path(folder, source, provenance, in_place=args.in_place, label=args.label, told=progress)
    progress.end()
    if args.json:
        told = {
            "root": taken.label,
            "sha256": taken.sha256,
            "ledger": taken.ledger.as_json(),
            "custody_head": taken.head,
        }
        console.print_json({"schema": 1, **told})
    else:
        for line in telling.ledger_lines(taken.ledger):
            console.out(line)
        console.out(f"Evidence root {taken.label}, SHA-256 as received: {taken.sha256}")
        console.out(f"Custody head, to write down or mail: {taken.head}")
    return 0 if taken.ledger.complete else 1


def _show_plan(args: argparse.Namespace, access: Access, scope: Scope, options: Options) -> int:
    from ctforensics.acquire import telling
    from ctforensics.acquire.run import dry_run

    plan = dry_run(access, scope, options)
    if args.json:
        console.print_json({"schema": 1, **telling.plan_json(plan)})
        return 0
    rows = [(name, plan.classes[name], plan.class_bytes[name]) for name in sorted(plan.classes)]
    console.out(f"{plan.ledger.planned:,} objects, {plan.ledger.planned_bytes:,} bytes; nothing was copied.")
    print(console.table(["storage class", "objects", "bytes"], rows))
    print(console.table(["kind", "objects"], sorted(plan.kinds.items())))
    for line in [*telling.estimate_lines(plan), *telling.gaps(plan)]:
        console.out(line)
    for prefix, why in plan.branches.left_out:
        console.out(f"  left out: {prefix} ({why})")
    return 0


def _scope(args: argparse.Namespace) -> Scope:
    from ctforensics import clock
    from ctforensics.acquire.scope import Scope, duration, kinds, parse_url

    bucket, prefix = parse_url(args.source)
    return Scope(
        bucket=bucket,
        prefix=prefix,
        accounts=frozenset(args.account),
        regions=frozenset(args.region),
        kinds=kinds(args.kind),
        since=clock.parse_instant(args.since) if args.since else None,
        until=clock.parse_instant(args.until) if args.until else None,
        late=duration(args.late),
    )


def _options(args: argparse.Namespace) -> Options:
    from ctforensics.acquire.event_history import parse_filter
    from ctforensics.acquire.restore import Request
    from ctforensics.acquire.run import Options
    from ctforensics.acquire.scope import duration

    budget = duration(args.budget).total_seconds() if args.budget else None
    return Options(
        jobs=max(1, args.jobs),
        rate=args.rate if args.rate and args.rate > 0 else None,
        budget_seconds=budget,
        requester_pays=args.requester_pays,
        configuration=not args.objects_only,
        buckets=tuple(args.victim_bucket),
        restore=Request(args.restore, max(1, args.days)) if args.restore else None,
        history=args.event_history or bool(args.lookup),
        filters=[parse_filter(text) for text in args.lookup],
        versions=args.versions or "",
        inventory=args.inventory or "",
        tar=args.tar,
    )


def _accesses(args: argparse.Namespace, folder: CaseFolder | None) -> list[Access]:
    """One signed-in identity for each profile and role; the environment's own where none is named."""
    from ctforensics.acquire.examiner import case_id
    from ctforensics.aws.clients import Access, Identity

    profile = args.profile[0] if args.profile else None
    named = [(profile, role) for role in args.role_arn] or [(name, None) for name in args.profile] or [(None, None)]
    if args.role_arn:
        named += [(name, None) for name in args.profile[1:]]
    name = case_id(folder) if folder else "dry-run"
    return [
        Access(Identity(profile, role, args.endpoint_url, args.bucket_region), name, max(1, args.jobs))
        for profile, role in named
    ]


def _case(path: Path, *, dry_run: bool) -> CaseFolder | None:
    """The case; made, with a word about it, where there is none (a dry run makes nothing)."""
    from ctforensics.case import custody, folder

    if folder.is_case(path):
        return folder.open_folder(path)
    if dry_run:
        return None
    made = folder.create(path)
    custody.record(made, "new", title=path.name)
    console.say(f"Made the case {path}.")
    return made
