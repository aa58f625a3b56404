"""``custody.jsonl``: who did what to the evidence, when, with which version; append-only and hash-chained."""

from __future__ import annotations

import getpass
import os
import socket
from typing import Any

from ctforensics import __version__, clock
from ctforensics.case import journal
from ctforensics.case.folder import CaseFolder


def record(folder: CaseFolder, action: str, **facts: Any) -> str:
    """Adds one line (new, acquire, verify, load, receive, transfer, exhibit, report) and returns the head hash."""
    line = {
        "at": clock.utc_text(clock.now().replace(microsecond=0)),
        "action": action,
        "examiner": folder.manifest().examiner,
        "user": _user(),
        "host": socket.gethostname(),
        "version": __version__,
        **facts,
    }
    return journal.append(folder.custody_file, [line], chained=True)


def verify(folder: CaseFolder) -> journal.ChainReport:
    """Checks the chain of custody.jsonl itself (not the evidence)."""
    return journal.verify(folder.custody_file)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no HOME, no passwd entry: cron and containers
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"
