"""``ctforensics lab``: JupyterLab on a case, with the notebooks beside it."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import signal
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
    return attended(command, environment)


def attended(command: list[str], environment: dict[str, str]) -> int:
    """Runs a program until it ends, and gives its exit code; who ends this program (SIGTERM) ends that one.

    Ctrl-C reaches both: the other program decides what it means (JupyterLab asks), and this one waits for it.
    """
    children: list[subprocess.Popen[bytes]] = []
    ended: list[int] = []

    def end(number: int, _frame: Any) -> None:
        ended.append(number)
        for child in children:
            child.terminate()

    before = signal.signal(signal.SIGTERM, end)
    try:
        children.append(subprocess.Popen(command, env=environment))
        if ended:  # told to end while the other was starting
            children[0].terminate()
        while True:
            try:
                return children[0].wait()
            except KeyboardInterrupt:
                continue
    finally:
        signal.signal(signal.SIGTERM, before)


def place_notebooks(case: Path) -> Path:
    """Copies the shipped notebooks that the case does not have yet; an analyst's own copy is never overwritten."""
    from ctforensics import content

    target = case / "notebooks"
    target.mkdir(exist_ok=True)
    for source in sorted(content.folder("notebooks").glob("*.ipynb")):
        if not (target / source.name).exists():
            shutil.copyfile(source, target / source.name)
    return target
