"""The options that say how far evidence is opened: as a load and a verification share them."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctforensics.evidence.door import Limits


def add(command: argparse.ArgumentParser, usual: str, why: str) -> None:
    """``--max-bytes`` (``usual`` is what holds where it is not said, and why) and ``--max-ratio``."""
    about = f"most bytes that one file may inflate to ({usual}: {why}); K, M and G are understood"
    command.add_argument("--max-bytes", type=size, metavar="SIZE", help=about)
    about = "most that a file may inflate, in times its size (300); smaller files than 16M are let through"
    command.add_argument("--max-ratio", type=size, metavar="N", help=about)


def size(text: str) -> int:
    """``64M`` as a number of bytes; argparse says what is wrong where it is none."""
    match = re.fullmatch(r"([0-9]+)([KMG]?)", text.strip().upper())
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size: write 500000, 64M or 2G")
    return int(match[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[match[2]]


def chosen(args: argparse.Namespace, usual: Limits, **more: int | None) -> Limits:
    """The usual limits, but for what was said. A file may be stored as large as it may inflate to."""
    said = {"inflated": args.max_bytes, "stored": args.max_bytes, "ratio": args.max_ratio, **more}
    return replace(usual, **{name: value for name, value in said.items() if value is not None})
