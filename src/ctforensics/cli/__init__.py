"""The command line: parse, call, print, exit code. One file per command (or family), found by walking this package.

Every command module has ``add(commands)``, which adds its parser and sets ``run``; ``run(args)`` returns the exit code:
0 done, 1 done and something was found, 2 could not do it.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence

from ctforensics import __version__
from ctforensics.errors import ForensicsError, ParameterError

_NOT_COMMANDS = {"limits", "console", "options"}


def parser() -> argparse.ArgumentParser:
    """The parser with every command that this package holds."""
    top = argparse.ArgumentParser(
        prog="ctforensics",
        description="Forensic investigation of archived AWS CloudTrail trails: verify, load, ask, draw, report. Offline.",
    )
    top.add_argument("--version", action="version", version=f"ctforensics {__version__}")
    top.add_argument("--traceback", action="store_true", help="show the whole traceback of an error")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name not in _NOT_COMMANDS):
        importlib.import_module(f"{__name__}.{module}").add(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; errors become one sentence on standard error."""
    from ctforensics.cli import console

    try:
        args, unknown = parser().parse_known_args(argv)
        if unknown:
            takes = f"`ctforensics {args.command} --help` shows what it takes."
            raise ParameterError(f"`ctforensics {args.command}` does not take {' '.join(unknown)}.", hint=takes)
        return int(args.run(args))
    except ForensicsError as error:
        if "--traceback" in (argv if argv is not None else sys.argv):
            raise
        console.say(f"ctforensics: {error.sentence()}")
        return error.exit_code
    except KeyboardInterrupt:
        console.say("ctforensics: stopped. What was finished is kept; run the command again to go on.")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        console.say("ctforensics: out of memory. Nothing was published; run it on a smaller scope or with more memory.")
        return 2
    except OSError as error:
        if "--traceback" in (argv if argv is not None else sys.argv):
            raise
        place = f"{error.filename}: " if error.filename else ""
        console.say(
            f"ctforensics: {place}{error.strerror or error}. Nothing that was finished is lost; mend this and run it again."
        )
        return 2
