"""Finding a Chromium, Chrome or Edge on the machine, and how it is started so that it stays quiet."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
)
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--metrics-recording-only",
    # No name resolves: a report that asked for something would fail visibly, and nothing would leave the machine.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
# The browser's own sandbox refuses to run for root, which is who containers and CI are.
ARGUMENTS: tuple[str, ...] = _QUIET + (("--no-sandbox",) if getattr(os, "geteuid", lambda: 1)() == 0 else ())


def find() -> Path | None:
    """The browser: from CTFORENSICS_BROWSER, from PATH, from the usual places; None where there is none."""
    named = os.environ.get("CTFORENSICS_BROWSER")
    if named:
        return Path(named) if Path(named).is_file() else None
    on_path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if on_path:
        return Path(on_path)
    places = _PLACES if sys.platform in ("darwin", "win32") else ()
    return next((Path(p) for p in places if Path(p).is_file()), None)
