"""Every report in every format, redacted, and an attacker's search through all of them.

``python -m tests.support.redaction_search FOLDER [--stories a,b] [--reports x,y]`` copies each story's case, makes its reports with
``--redact all`` and tells for each file which original values it holds (none), and which account ids, key ids, addresses, mail
addresses and ARNs stand in it at all. Files that are there already are searched again, not made again.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from ctforensics.investigation import Case, open_case
from ctforensics.reports import catalog, named, run
from tests.support import leaks, report_matrix, stories

FORMATS = ("html", "pdf", "md", "docx", "ipynb")
# Words that stand in every report and file, inside other words, as the type in an ARN, in place of a value that AWS hid, or mean
# everybody.
GENERIC = {
    "main",
    "repo",
    "refs",
    "heads",
    "root",
    "office",
    "readonly",
    "hidden_due_to_security_reasons",
    "assumed-role",
    "oidc-provider",
    "instance-profile",
    "log-group",
    "0.0.0.0",
    "0.0.0.0/0",
    "::/0",
}
# What may be left of each form: nothing, but for what AWS itself made.
FORMS = {
    "keys": re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA|AGPA|AIPA|ANPA|ANVA|APKA|ASCA|ABIA|ACCA|A3T)[A-Z2-7]{12,}\b"),
    "accounts": re.compile(r"(?<![0-9A-Za-z.-])\d{12}(?![0-9A-Za-z-])"),
    "addresses": re.compile(r"(?<![0-9.])(?:\d{1,3}\.){3}\d{1,3}(?![0-9.])"),
    "mail": re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}"),
    "arns": re.compile(r"arn:aws[a-z-]*:(?!iam::aws:)[a-z0-9-]*:[a-z0-9-]*:\d+:[^\s\"'<]+"),
    "ids": re.compile(r"\b(?:i|vol|vpc|subnet|sg|eni|ami|snap|vpce|rtb|igw)-[0-9a-f]{8,17}\b"),
}


def wanted_of(case: Case, most: int = 400) -> dict[str, str]:
    """Every spelling of every original value of a case, with the value."""
    secrets = {v for v in leaks.secrets_of(case) | leaks.said_in(case) if len(v) <= most}
    told = named.own_words() | named.vocabulary(case.room) | GENERIC
    return leaks.searched_for(v for v in secrets if v.lower() not in told)


def left_in(layers: Iterable[str]) -> dict[str, set[str]]:
    """What has the form of an identifier, whatever the case names."""
    text = "\n".join(layers)
    return {name: set(form.findall(text)) for name, form in FORMS.items()}


def searched(file: Path, wanted: dict[str, str]) -> tuple[set[str], dict[str, set[str]]]:
    """The original values in a file, and what has the form of an identifier in its text."""
    layers = leaks.layers(file)
    return leaks.found_in(layers, wanted), left_in(layers[2:4] if file.suffix == ".pdf" else layers)


def main(arguments: list[str]) -> int:
    """Makes and searches; gives 1 where anything was found."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--stories", default="leaked_key,role_hop,tampered_log")
    asked.add_argument("--reports", default=",".join(r.name for r in catalog.walk()))
    args = asked.parse_args(arguments)
    stories.pinned()
    return max(_story(args.folder, story, args.reports.split(",")) for story in args.stories.split(","))


def _story(folder: Path, story: str, reports: list[str]) -> int:
    case, worst = _copied(folder, story), 0
    wanted = wanted_of(case)
    print(f"{story}: {len(set(wanted.values())):,} values in {len(wanted):,} spellings", flush=True)
    for report in reports:
        targets = [folder / "redacted" / story / f"{report}.{ending}" for ending in FORMATS]
        begun = time.process_time()
        if not all(target.exists() for target in targets):
            run.make(case.path, report, report_matrix.parameters(case, report), *targets, redact="all")
        for file in targets:
            found, left = searched(file, wanted)
            worst |= bool(found)
            rest = {name: sorted(values)[:6] for name, values in left.items() if values}
            print(
                f"{report:22} {file.suffix:6} {'FOUND' if found else 'none'} {sorted(found)[:20] or ''} {rest or ''}",
                flush=True,
            )
        print(f"{report:22} {time.process_time() - begun:.0f} s CPU of this process", flush=True)
    case.close()
    return worst


def _copied(folder: Path, story: str) -> Case:
    """A case of its own: its table of pseudonyms is nobody else's."""
    copy = folder / "redacted" / story / "case"
    if not copy.exists():
        real = report_matrix.real_case(folder / story) if story == report_matrix.REAL else stories.opened(folder, story)
        assert real is not None, "the real data is absent"
        real.close()
        shutil.copytree(real.path, copy)
    return open_case(copy)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
