"""``ctforensics verify``: which files are proven, and is anything missing."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctforensics.cli import console, limits

if TYPE_CHECKING:
    from datetime import datetime

    from ctforensics.aws.clients import Access
    from ctforensics.case.folder import CaseFolder
    from ctforensics.verify.keys import PublicKey
    from ctforensics.verify.outcome import FileOutcome
    from ctforensics.verify.result import Verification

MOST_FILES = 100_000
FAIL_ON = ("fail", "unknown", "incomplete", "anomaly")


def add(commands: Any) -> None:
    command = commands.add_parser(
        "verify",
        help="prove which files are authentic and whether any are missing",
        description="Digest validation, offline: every digest and log file of a case, a folder, a zip or a tar.",
        epilog="Example: ctforensics verify mirror/ --public-keys keys.json --metadata heads.json --since 2024-05-01 --until 2024-05-08",
    )
    command.add_argument(
        "place",
        type=Path,
        metavar="CASE|DIR|ZIP",
        help="a case, the content of a bucket, a folder per bucket, a zip or tar",
    )
    command.add_argument(
        "--public-keys",
        type=Path,
        action="append",
        metavar="FILE",
        help="a ListPublicKeys answer, or keys per region (repeatable)",
    )
    command.add_argument(
        "--metadata", type=Path, metavar="FILE", help='HEAD answers: {"BUCKET/KEY": {"Metadata": {"signature": ...}}}'
    )
    command.add_argument(
        "--expect", type=Path, metavar="FILE", help="what should be here: trailList, Accounts, Regions in one object"
    )
    command.add_argument("--since", help="delivered at or after this instant, UTC")
    command.add_argument("--until", help="delivered before this instant, UTC")
    command.add_argument("--account", action="append", help="only this account (repeatable)")
    command.add_argument("--region", action="append", help="only this region (repeatable)")
    command.add_argument("--trail", action="append", help="only this trail, by name or ARN (repeatable)")
    command.add_argument(
        "--fail-on",
        choices=FAIL_ON,
        action="append",
        help="what gives exit 1 (fail, unknown and incomplete unless said; repeatable)",
    )
    command.add_argument(
        "--files", choices=("none", "findings", "all"), help="which files --json lists (all below 100,000)"
    )
    command.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write every file and finding there as JSON lines"
    )
    command.add_argument(
        "--verbose", action="store_true", help="print a line for every file, also for those that are ok"
    )
    command.add_argument(
        "--wanted", type=Path, metavar="FILE", help="write a letter that says what to send, with the commands"
    )
    command.add_argument(
        "--online", action="store_true", help="ask AWS for the public keys that are missing (profile or environment)"
    )
    command.add_argument("--profile", help="the AWS profile for --online")
    command.add_argument("--endpoint-url", help="another service than AWS for --online")
    limits.add(
        command, "256M", "a log file of CloudTrail is far smaller; a load, which takes whole exports too, opens 1G"
    )
    command.add_argument(
        "--max-digest",
        type=limits.size,
        metavar="SIZE",
        help="most bytes that the content of a digest may have (16M: some 40,000 log files in an hour)",
    )
    command.add_argument(
        "--jobs",
        type=int,
        default=2,
        help="processes that read where there are many files, threads where they have to be waited for (2; 1: none)",
    )
    command.add_argument("--json", action="store_true", help="print the answer as JSON")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    progress = console.Progress("verify", "files")
    result = _verify(args, progress)
    progress.end()
    if args.output:
        _write_lines(args.output, result)
    if args.wanted:
        from ctforensics.case import folder, outstanding
        from ctforensics.verify.wanted import letter

        left = outstanding.read(folder.open_folder(args.place)).values() if folder.is_case(args.place) else ()
        args.wanted.write_text(letter(result, left), encoding="utf-8")
    if args.json:
        files = args.files or ("all" if len(result.files) < MOST_FILES else "none")
        console.print_json(result.to_json(files) | ({"run": result.run} if result.run else {}))
    else:
        _print(result, args.verbose)
    return 1 if found_something(result, args.fail_on or ("fail", "unknown", "incomplete")) else 0


def _verify(args: argparse.Namespace, progress: console.Progress) -> Verification:
    from ctforensics import clock
    from ctforensics.case import folder
    from ctforensics.errors import ParameterError
    from ctforensics.investigation import open_case
    from ctforensics.verify.cases import verify_case, verify_path
    from ctforensics.verify.reading import LIMITS

    options: dict[str, Any] = {
        "public_keys": args.public_keys,
        "metadata": args.metadata,
        "expect": args.expect,
        "since": clock.parse_instant(args.since) if args.since else None,
        "until": clock.parse_instant(args.until) if args.until else None,
        "accounts": args.account,
        "regions": args.region,
        "trails": args.trail,
        "jobs": max(1, args.jobs),
        "progress": progress,
        "limits": limits.chosen(args, LIMITS, digest=args.max_digest),
    }
    if options["since"] and options["until"] and options["since"] >= options["until"]:
        raise ParameterError("--since is not before --until.", hint="Swap them.")
    if folder.is_case(args.place):
        case = open_case(args.place)
        if args.online:
            _fetch_into(case.folder, _keys_wanted(verify_case(case.folder, save=False, **options)), _access(args))
        return case.verify(**options)
    result = verify_path(args.place, **options)
    if args.online and (wanted := _keys_wanted(result)):
        result = verify_path(args.place, fetched=_fetched(wanted, _access(args)), **options)
    return result


def _keys_wanted(result: Verification) -> dict[str, tuple[datetime, datetime]]:
    wanted = result.keys_wanted()
    if not wanted:
        console.say("No public key is missing: AWS was not asked.")
    return wanted


def _access(args: argparse.Namespace) -> Access:
    from ctforensics.aws.clients import Access, Identity

    return Access(Identity(profile=args.profile, endpoint_url=args.endpoint_url))


def _fetch_into(folder: CaseFolder, wanted: dict[str, tuple[datetime, datetime]], access: Access) -> None:
    """Asks for keys and keeps the answers as an acquisition does: raw, in ``keys/``, with a line in custody."""
    from ctforensics.acquire.answers import Answers
    from ctforensics.acquire.trust import acquire_keys

    if not wanted:
        return
    access.who()
    answers = Answers.begin(folder)
    for region, (since, until) in sorted(wanted.items()):
        acquire_keys(folder, [access], answers, [region], since, until)
    answers.finish()


def _fetched(wanted: dict[str, tuple[datetime, datetime]], access: Access) -> list[PublicKey]:
    from datetime import timedelta

    from ctforensics.aws import public_keys
    from ctforensics.verify.keys import parse_keys

    found = []
    origin = "aws" if access.is_aws else "supplied"
    for region, (since, until) in sorted(wanted.items()):
        records, _ = public_keys.fetch(access, region, since - timedelta(days=1), until + timedelta(days=1))
        found += parse_keys({"Regions": {region: records}}, origin=origin)
    return found


def found_something(result: Verification, what: list[str] | tuple[str, ...]) -> bool:
    """Whether the run found what was asked to give exit 1: ``unknown`` includes fail, ``anomaly`` includes both."""
    worse = {"fail": ("fail",), "unknown": ("unknown", "fail"), "anomaly": ("anomaly", "unknown", "fail")}
    if "incomplete" in what and result.complete is False:
        return True
    return any(result.authentic in worse[name] for name in what if name in worse)


def _print(result: Verification, verbose: bool) -> None:
    for outcome in result.files if verbose else result.files.notable():
        console.out(line(outcome))
    window = result.window
    if window["source"] == "asked":
        console.out(f"Results requested for {window['since'] or 'the beginning'} to {window['until'] or 'the end'}")
    if result.here:
        from ctforensics.clock import utc_text

        console.out(f"Results found for {utc_text(result.here[0])} to {utc_text(result.here[1])}:")
    for sentence in result.summary():
        console.out(sentence)
    for sentence in counted(result):
        console.out(sentence)


def line(outcome: FileOutcome) -> str:
    """A file as the AWS CLI prints it, with our code and why behind it."""
    from ctforensics.verify.outcome import aws_words, words

    kind = {"digest": "Digest file", "log": "Log file"}.get(outcome.kind, "Query result file")
    said = aws_words(outcome.code)
    verdict = "valid" if said == "valid" else f"INVALID: {said}" if said else outcome.verdict
    why = outcome.detail or words(outcome.code)
    return f"{kind}\ts3://{outcome.key}\t{verdict}\t{outcome.code} ({outcome.verdict}): {why}".replace("\t", "  ")


def counted(result: Verification) -> list[str]:
    """The AWS CLI's closing lines: how many digest and log files are valid."""
    said = []
    for kind, name in (("digest", "digest files"), ("log", "log files"), ("lake", "query result files")):
        total = result.counts["files"].get(kind, 0)
        if total:
            good, bad = result.counts["valid"].get(kind, 0), result.counts["invalid"].get(kind, 0)
            said.append(f"{good:,}/{total:,} {name} valid" + (f", {bad:,}/{total:,} {name} INVALID" if bad else ""))
    return said or ["No digests found"]


def _write_lines(path: Path, result: Verification) -> None:
    import json
    from itertools import chain

    with path.open("w", encoding="utf-8") as stream:
        files = (outcome.to_json() for outcome in result.files)
        for item in chain(files, (finding.to_json() for finding in result.findings)):
            stream.write(json.dumps(item) + "\n")
