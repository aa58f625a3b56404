"""Our own traces: the case id that our calls carry, and who we were, so that the trail's records of us can be labelled."""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
from typing import Any

from ctforensics import clock
from ctforensics.aws.clients import Access
from ctforensics.case import custody, register
from ctforensics.case.folder import CaseFolder
from ctforensics.case.manifest import Root


def case_id(folder: CaseFolder) -> str:
    """A short name for the case that says nothing to outsiders but the matter: it stands in the user agent of our calls."""
    manifest = folder.manifest()
    spoken = re.sub(r"[^A-Za-z0-9.-]+", "-", manifest.matter or manifest.title).strip("-")[:40]
    mark = hashlib.sha256(f"{manifest.created}\n{manifest.title}\n{manifest.matter}".encode()).hexdigest()[:8]
    return f"{spoken}-{mark}" if spoken else mark


def local_addresses(endpoint: str) -> list[str]:
    """The address of this machine on the way to an endpoint. Behind a translating router AWS sees another one."""
    host, _, port = endpoint.split("://", 1)[-1].split("/", 1)[0].partition(":")
    try:
        with socket.create_connection((host, int(port or 443)), timeout=5) as connection:
            return [str(connection.getsockname()[0])]
    except (OSError, ValueError):
        return []


def remember(folder: CaseFolder, access: Access) -> dict[str, Any]:
    """Adds this acquisition's identity, addresses and calls to ``inputs/examiner.json`` and returns them."""
    session = {
        **access.caller,
        "user_agent_contains": access.user_agent_extra,
        "since": clock.utc_text(access.began.replace(microsecond=0)),
        "until": clock.utc_text(clock.now().replace(microsecond=0)),
        "addresses": local_addresses(access.client("sts").meta.endpoint_url),
        "calls": access.summary(),
    }
    file = folder.inputs / "examiner.json"
    try:
        known = json.loads(file.read_text("utf-8"))["sessions"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        known = []
    temporary = file.with_name(file.name + ".new")
    temporary.write_text(json.dumps({"schema": 1, "sessions": [*known, session]}, indent=2), "utf-8")
    os.replace(temporary, file)
    return session


def ensure_root(folder: CaseFolder, root: Root) -> None:
    """Puts an evidence root into case.toml where it is not there yet."""
    manifest = folder.manifest()
    if root not in manifest.evidence:
        manifest.with_root(root).write(folder.manifest_file)


def record(folder: CaseFolder, state: str, **facts: Any) -> str:
    """A custody line of an acquisition (``state``: begun, recovered, done, stopped); returns the head hash.

    But for the first it carries the state of the register, so that the head vouches for every line in there, too.
    """
    if state != "begun":
        facts["register"] = register.state(folder)
    return custody.record(folder, "acquire", state=state, **facts)
