"""``ctforensics lab``: JupyterLab on a case, with the notebooks beside it."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ctforensics.cli import console


def add(commands: Any) -> None:
    command = commands.add_parser(
        "lab",
        help="open a case in JupyterLab",
        description="Copies the notebooks into CASE/notebooks (those not there yet) and starts JupyterLab on them.",
        epilog="Example: ctforensics lab mycase -- --no-browser --port 8889",
    )
    command.add_argument("case", type=Path, metavar="CASE")
    command.add_argument("jupyter", nargs="*", metavar="-- OPTION", help="options for jupyter lab")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics.case.folder import open_folder
    from ctforensics.errors import NotInstalled

    folder = open_folder(args.case)
    if importlib.util.find_spec("jupyterlab") is None:
        raise NotInstalled("JupyterLab", "notebook")
    notebooks = place_notebooks(folder.path)
    console.say(f"JupyterLab on {args.case}: begin with 01_open_and_verify.ipynb. Stop it with Ctrl-C.")
    environment = os.environ | {"CTFORENSICS_CASE": str(folder.path.resolve())}
    command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={notebooks}", *args.jupyter]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in command:
        command.append("--allow-root")  # in a container there is often nobody else; JupyterLab would refuse to start
    return subprocess.call(command, env=environment)


def place_notebooks(case: Path) -> Path:
    """Copies the shipped notebooks that the case does not have yet; an analyst's own copy is never overwritten."""
    from ctforensics import content

    target = case / "notebooks"
    target.mkdir(exist_ok=True)
    for source in sorted(content.folder("notebooks").glob("*.ipynb")):
        if not (target / source.name).exists():
            shutil.copyfile(source, target / source.name)
    return target
