"""The page printed as PDF by a Chromium, Chrome or Edge of this machine, with JavaScript off.

The PDF is tagged, has an outline and page numbers, bears the report's own date and numbers of its own, so that only the browser's version can make
two prints of one report differ.
"""

from __future__ import annotations

import html
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from ctforensics.errors import ForensicsError
from ctforensics.reports import browsers

_FOOT = (
    '<div style="font:7px Arial,sans-serif;color:#4d5866;width:100%;padding:0 16mm 0 18mm;display:flex">'
    '<span style="flex:1">{left}</span><span>page <span class="pageNumber"></span> of <span class="totalPages"></span></span></div>'
)
_DATE = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}")
# How Chromium names a head cell in the structure of a tagged PDF: by a counter of the page that is not the same each time.
_CELL = re.compile(rb"\(node(\d{8})\)")
_SECONDS = 180


class NoBrowser(ForensicsError):
    """There is no browser that could print."""

    def __init__(self) -> None:
        super().__init__(
            "No Chromium, Chrome or Edge was found to print the PDF.",
            hint="Install one, or name it in CTFORENSICS_BROWSER; the HTML report can be printed from any browser.",
        )


def print_page(page: Path, target: Path, *, foot: str, at: datetime | None) -> None:
    """Prints an HTML file. ``foot`` stands at the left of each foot line; ``at`` becomes the PDF's date.

    Raises NoBrowser, or ForensicsError where the browser fails.
    """
    browser = browsers.find()
    if browser is None:
        raise NoBrowser
    try:
        import playwright.sync_api as play
    except ImportError:
        _by_command(browser, page, target)
    else:
        # A notebook's kernel runs an event loop in this thread, and playwright's calls refuse to stand inside one.
        with ThreadPoolExecutor(1) as apart:
            apart.submit(_by_playwright, play, browser, page, target, foot).result()
    target.write_bytes(_numbered(_dated(target.read_bytes(), at)))


def _by_playwright(play: object, browser: Path, page: Path, target: Path, foot: str) -> None:
    from playwright.sync_api import Error, sync_playwright

    try:
        with sync_playwright() as running:
            opened = running.chromium.launch(executable_path=str(browser), args=[*browsers.ARGUMENTS])
            context = opened.new_context(java_script_enabled=False)
            tab = context.new_page()
            tab.goto(page.as_uri(), timeout=_SECONDS * 1000)
            tab.pdf(
                path=str(target),
                prefer_css_page_size=True,
                print_background=True,
                tagged=True,
                outline=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=_FOOT.format(left=html.escape(foot)),
            )
            opened.close()
    except Error as error:
        reason = str(error).splitlines()[0]
        raise ForensicsError(f"The browser could not print the PDF: {reason}", where=browser.name) from error


def _by_command(browser: Path, page: Path, target: Path) -> None:
    """Without playwright: the browser's own command line, which knows no foot lines."""
    with tempfile.TemporaryDirectory(prefix="profile-", dir=target.parent) as profile:
        command = [str(browser), "--headless", *browsers.ARGUMENTS, f"--user-data-dir={profile}"]
        command += ["--no-pdf-header-footer", "--virtual-time-budget=10000", f"--print-to-pdf={target}", page.as_uri()]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS, stdin=subprocess.DEVNULL)
        except (subprocess.SubprocessError, OSError) as error:
            raise ForensicsError(f"The browser could not print the PDF: {error}", where=browser.name) from error
    if not target.exists():
        raise ForensicsError("The browser printed nothing.", where=browser.name)


def _dated(data: bytes, at: datetime | None) -> bytes:
    """The PDF with the report's date in place of the present one; the length stays the same."""
    stamp = (at or datetime(1970, 1, 1)).strftime("%Y%m%d%H%M%S").encode()
    return _DATE.sub(lambda match: match[1] + stamp, data)


def _numbered(data: bytes) -> bytes:
    """The PDF with its head cells numbered from 1 in the order of their names, so that a sorted tree of names stays one; as long as before."""
    numbers = {name: number for number, name in enumerate(sorted(set(_CELL.findall(data))), start=1)}
    return _CELL.sub(lambda match: b"(node%08d)" % numbers[match[1]], data)
