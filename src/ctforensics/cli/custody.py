"""``ctforensics custody``: the record of who did what to the evidence, shown, checked and added to."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctforensics.cli import console

if TYPE_CHECKING:
    from ctforensics.acquire.rehash import Checked
    from ctforensics.case.folder import CaseFolder

SHOWN = 50


def add(commands: Any) -> None:
    command = commands.add_parser(
        "custody",
        help="show, check or add to the record of custody",
        description="Show the record of custody with its head hash, hash all evidence again, or note a transfer.",
        epilog="Example: ctforensics custody mycase verify --expect 3f2a...",
    )
    command.add_argument("case", type=Path, metavar="CASE")
    command.add_argument("action", choices=["show", "verify", "sign", "transfer", "receive"])
    command.add_argument(
        "--expect", metavar="HEAD", help="a head hash that was written down: it must stand in the chain"
    )
    command.add_argument(
        "--public-key", type=Path, help="verify: an examiner's key; the head of a statement signed by it is expected"
    )
    command.add_argument("--key", type=Path, help="sign: the examiner's Ed25519 private key (PEM or OpenSSH)")
    command.add_argument("-o", "--output", type=Path, help="sign: where the statement goes (default exhibits/)")
    command.add_argument("--party", default="", help="transfer, receive: to whom, from whom")
    command.add_argument("--how", default="", help="transfer, receive: by courier, encrypted disk, ...")
    command.add_argument("--note", default="", help="transfer, receive: anything else worth keeping")
    command.add_argument("--json", action="store_true", help="JSON on standard output")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics.case import folder as folders

    folder = folders.open_folder(args.case)
    if args.action == "show":
        return _show(args, folder)
    if args.action == "verify":
        return _verify(args, folder)
    if args.action == "sign":
        return _sign(args, folder)
    return _hand_over(args, folder)


def _show(args: argparse.Namespace, folder: CaseFolder) -> int:
    from ctforensics.case import custody, journal

    lines, report = list(journal.read(folder.custody_file)), custody.verify(folder)
    if args.json:
        console.print_json({"schema": 1, "head": report.head, "lines": lines, "faults": report.faults})
        return 0 if report.ok else 1
    rows = [
        (n, line.get("at"), line.get("action"), line.get("user"), line.get("host"), _gist(line))
        for n, line in enumerate(lines, 1)
    ]
    print(console.table(["line", "at", "action", "user", "host", "what"], rows, width=100))
    for number, sentence in report.faults:
        console.out(f"Line {number} {sentence}.")
    console.out(f"Custody head, to write down or mail: {report.head}")
    return 0 if report.ok else 1


def _gist(line: dict[str, Any]) -> str:
    parts = [str(line[name]) for name in ("state", "source", "party", "title", "command", "report") if line.get(name)]
    if line.get("authentic"):
        counts = line.get("counts") or {}
        files = counts.get("proven", 0) + counts.get("unproven", 0)
        parts.append(f"authentic {line['authentic']}, {counts.get('proven', 0):,} of {files:,} files proven")
    if "events" in line and "records" in line:
        parts.append(f"{line['records']:,} records, {line['events']:,} events")
    ledger = line.get("ledger")
    if isinstance(ledger, dict):
        parts.append(f"{ledger.get('acquired', 0)} acquired of {ledger.get('planned', 0)}")
    return ", ".join(parts)


def _verify(args: argparse.Namespace, folder: CaseFolder) -> int:
    from ctforensics.acquire import rehash

    expect = args.expect or (_signed_head(args, folder) if args.public_key else None)
    progress = console.Progress("Hashing", "objects")
    result = rehash.check(folder, expect, progress)
    progress.end()
    if args.json:
        console.print_json(_as_json(result))
    else:
        _tell(result)
    return 0 if result.ok else 1


def _signed_head(args: argparse.Namespace, folder: CaseFolder) -> str:
    """The head of the newest statement that the key signed. Raises ForensicsError where there is none."""
    from ctforensics.case import statement
    from ctforensics.errors import ForensicsError

    where = args.output or folder.exhibits
    signed = statement.heads_signed_by(args.public_key, sorted(where.glob("custody-*.txt")))
    if not signed:
        raise ForensicsError(
            "No statement of the custody head is signed by this key.", where=str(where), hint="Name its folder with -o."
        )
    lines = {line.get("hash"): n for n, line in enumerate(_chain(folder))}
    file, head = max(signed, key=lambda one: lines.get(one[1], len(lines)))
    console.say(f"Expecting the head of {file}, signed by this key.")
    return head


def _chain(folder: CaseFolder) -> list[dict[str, Any]]:
    from ctforensics.case import journal
    from ctforensics.errors import CaseError

    try:
        return list(journal.read(folder.custody_file))
    except CaseError:
        return []  # the check of the chain names the line


def _sign(args: argparse.Namespace, folder: CaseFolder) -> int:
    import os

    from ctforensics.case import statement
    from ctforensics.errors import ParameterError

    if args.key is None:
        raise ParameterError("Signing needs the examiner's key.", hint="Say --key examiner.pem.")
    passphrase = os.environ.get("CTFORENSICS_KEY_PASSPHRASE")
    where = args.output or folder.exhibits
    signed = statement.sign(folder, args.key, where, passphrase.encode() if passphrase else None)
    if args.json:
        told = {"head": signed.head, "key_sha256": signed.fingerprint, "statement": str(signed.statement)}
        console.print_json({"schema": 1, **told, "check": signed.openssl_line})
        return 0
    console.out(f"Signed the custody head {signed.head}")
    console.out(f"Key, SHA-256: {signed.fingerprint}")
    console.out(f"Statement, signature and public key: {where}/{signed.statement.stem}.*")
    console.out(f"Whoever has the public key from you checks it there with: {signed.openssl_line}")
    return 0


def _tell(result: Checked) -> None:
    console.out(
        f"{result.objects:,} objects with {result.bytes:,} bytes hashed again; {len(result.differences):,} differ."
    )
    for difference in result.differences[:SHOWN]:
        console.out(f"  {difference.word}: {difference.root}: {difference.path} {difference.detail}".rstrip())
    if len(result.differences) > SHOWN:
        console.out(f"  and {len(result.differences) - SHOWN:,} more (--json lists all)")
    for number, sentence in result.chain.faults:
        console.out(f"  custody.jsonl line {number} {sentence}")
    state = "is whole" if result.chain.ok else "is broken"
    console.out(f"The chain of {result.chain.lines:,} custody lines {state}. Head: {result.chain.head}")
    if result.anchored is None:
        console.out(
            "It is not anchored: without a head that was kept elsewhere, a chain written anew would look the same."
        )
    elif result.anchored:
        console.out(f"It is anchored: the expected head stands in it, {result.lines_since:,} lines ago.")
    else:
        console.out("The expected head is not in the chain: this is not the record that it was written down from.")


def _as_json(result: Checked) -> dict[str, Any]:
    return {
        "schema": 1,
        "ok": result.ok,
        "anchored": result.anchored,
        "lines_since": result.lines_since,
        "head": result.chain.head,
        "custody_lines": result.chain.lines,
        "custody_faults": [{"line": number, "detail": sentence} for number, sentence in result.chain.faults],
        "objects": result.objects,
        "bytes": result.bytes,
        "differences": [
            {"word": d.word, "root": d.root, "path": d.path, "detail": d.detail} for d in result.differences
        ],
    }


def _hand_over(args: argparse.Namespace, folder: CaseFolder) -> int:
    from ctforensics.case import custody
    from ctforensics.errors import ParameterError

    if not args.party:
        raise ParameterError("A transfer has another party.", hint="Say --party NAME.")
    head = custody.record(folder, args.action, party=args.party, how=args.how, note=args.note)
    console.out(f"Noted. Custody head, to write down or mail: {head}")
    return 0
