"""A printed report as its reader holds it: pages of lines, and what stands alone at the foot of one."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

_FOOT = re.compile(r"page \d+ of \d+$")
_HEADING = re.compile(
    r"\d+(\.\d+)* +(?!(?:AS|AND|OR|THEN|ELSE|END|WHEN|FROM|WHERE)\b)[A-Z]\S*"
)  # a line of SQL is none
_CAPTION = re.compile(r"(Table|S)\s?\d+ |The same in all these rows: ")


def pages(pdf: Path) -> list[list[str]]:
    """The lines of each page, its foot line left out."""
    command = ["pdftotext", "-layout", str(pdf), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL).stdout
    found = [[line.strip() for line in page.split("\n") if line.strip()] for page in text.split("\f")]
    return [[line for line in page if not _FOOT.search(line)] for page in found if page]


def alone(pdf: Path) -> list[str]:
    """Headings and captions that end a page, parted from what they announce; the page of contents may end with one."""
    return [
        f"page {number}: {page[-1]}"
        for number, page in enumerate(pages(pdf), start=1)
        if page and page[0] != "CONTENTS" and (_HEADING.match(page[-1]) or _CAPTION.match(page[-1]))
    ]


def fonts_not_embedded(pdf: Path) -> list[str]:
    """The fonts that a reader without them would see replaced."""
    told = subprocess.run(["pdffonts", str(pdf)], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    rows = [line.split() for line in told.stdout.splitlines()[2:]]
    # Name, type (one or more words), encoding, then emb sub uni and the object's two numbers.
    return [row[0] for row in rows if row[-5] != "yes"]
