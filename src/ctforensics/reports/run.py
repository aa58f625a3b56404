"""One command from a case to a document: find the notebook, run it, convert it, put the finished file in its place.

Nothing half made is ever left: the run works in a private folder, and the report appears by rename. A cell that raises leaves
no report but a log.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctforensics import clock, placing
from ctforensics.case import folder as case_folder
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import ForensicsError, NotInstalled, UnknownName
from ctforensics.reports import asof, catalog, execute, handover, parameters
from ctforensics.reports.execute import CellFailed
from ctforensics.reports.scratch import folder as scratch_folder

if TYPE_CHECKING:
    from ctforensics.reports.document import Document

FORMATS = (".html", ".pdf", ".md", ".docx", ".ipynb")
_ATTACHED = re.compile(r"s\d+_[a-z0-9_]*\.csv")  # as Held.table names them


@dataclass(frozen=True, slots=True)
class Made:
    """A finished report: where it is, what stands beside it, what it told the command (see ``pieces.signal``).

    ``also`` are the further files that the same run was written to, ``head`` the custody head whose state the report speaks of.
    """

    path: Path
    attachments: tuple[Path, ...] = ()
    found: int = 0
    said: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    also: tuple[Path, ...] = ()
    head: str = ""


def make(
    case: str | Path | None,
    name: str,
    params: Mapping[str, Any] | None,
    output: str | Path,
    *also: str | Path,
    timeout: int = 3600,
    redact: str = "",
) -> Made:
    """Runs the report ``name`` (or the notebook at that path) on a case and writes ``output`` in the format of its ending.

    ``also`` are further files, so that one run is there in several formats. ``redact`` names a redaction profile: such a report has pseudonyms for names, and no attached files.
    Raises UnknownName for an unknown report or parameter, CellFailed where a cell raises, ForensicsError where the output
    cannot be written. Times in the report are those of the case's newest custody line, so that a run can be repeated.
    """
    targets = [Path(output), *(Path(further) for further in also)]
    for each in targets:
        _checked(each)
    folder = case_folder.open_folder(Path(case)) if case is not None else None
    chosen = catalog.find(name, folder.path if folder else None)
    if redact:
        from ctforensics.reports.redact import PROFILES

        if redact not in PROFILES:
            raise UnknownName("redaction profile", redact, PROFILES)
        if folder is None:
            raise ForensicsError(
                "A report without a case cannot be redacted.", hint="Name the case whose names are hidden."
            )
    for each in targets:
        _elsewhere(each, folder, chosen)
    values = parameters.convert(list(chosen.parameters), params or {}, chosen.name)
    as_of = asof.of_case(folder) if folder else asof.NO_CASE
    with scratch_folder() as scratch, _homed(scratch):
        variables = {"CTFORENSICS_PARAMS": json.dumps(values), "CTFORENSICS_ATTACH": str(scratch / "attached")}
        variables |= {"CTFORENSICS_NOW": clock.utc_text(as_of.at)} if as_of.at else {}
        variables |= {"CTFORENSICS_CASE": str(folder.path.resolve())} if folder else {}
        variables |= {"CTFORENSICS_REDACT": redact} if redact else {}
        (scratch / "attached").mkdir()
        notebook = _executed(chosen, values, scratch, variables, timeout, targets[0])
        private = _private(folder, scratch, chosen)
        notebook = handover.scrubbed(json.loads(json.dumps(notebook)), private)
        if redact and folder:
            notebook = _redacted(notebook, folder, redact)
        return _written(notebook, targets, scratch, as_of)


def _redacted(notebook: Any, folder: CaseFolder, profile: str) -> Any:
    from ctforensics.ask.room import Room
    from ctforensics.reports import redact

    with Room.of_case(folder) as room:
        return redact.redacted(notebook, room, folder, profile)


def _private(folder: CaseFolder | None, scratch: Path, chosen: catalog.ReportNotebook) -> dict[str, str]:
    """Places on this machine, longest first, with the words that stand for them in whatever leaves the house."""
    places = {str(Path.home()): "HOME", str(chosen.path.resolve().parent): "NOTEBOOKS", str(scratch): "TMP"}
    if folder:
        places |= {str(folder.path.resolve()): "CASE", str(folder.path.absolute()): "CASE"}
    return {text: places[text] for text in sorted(places, key=len, reverse=True) if len(text) > 3}


def _checked(target: Path) -> None:
    """Refuses an ending that is no format and a place that cannot be written, before minutes are spent."""
    suffix = target.suffix.lower()
    if suffix not in FORMATS:
        raise ForensicsError(
            f"A report cannot be written as {suffix or 'a file without an ending'}.",
            where=target.name,
            hint=f"Use one of {', '.join(FORMATS)}.",
        )
    there = next(place for place in (target.absolute().parent, *target.absolute().parents) if place.exists())
    if target.is_dir() or not there.is_dir() or not os.access(there, os.W_OK):
        raise ForensicsError(
            "The report cannot be written there.", where=str(target), hint="Choose a folder that you may write with -o."
        )


def _elsewhere(target: Path, folder: CaseFolder | None, chosen: catalog.ReportNotebook) -> None:
    """Refuses to write over the notebook that makes the report, and into the evidence, which stays as it came."""
    if target.resolve() == chosen.path.resolve():
        raise ForensicsError(
            "The report would take the place of the notebook that makes it.",
            where=str(target),
            hint="Give it another name.",
        )
    kept = [folder.evidence, *map(folder.where, folder.manifest().evidence)] if folder else []
    if any(target.resolve().is_relative_to(place.resolve()) for place in kept):
        raise ForensicsError(
            "The report would stand in the evidence, which stays as it came.",
            where=str(target),
            hint="Name another folder.",
        )


@contextmanager
def _homed(scratch: Path) -> Iterator[None]:
    """Lends the private folder as home to a user who has none (an id without an account, no HOME): Jupyter cannot be imported without."""
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = str(scratch)
        try:
            yield
        finally:
            os.environ.pop("HOME", None)
    else:
        yield


def _executed(
    chosen: catalog.ReportNotebook,
    values: dict[str, Any],
    scratch: Path,
    variables: dict[str, str],
    timeout: int,
    target: Path,
) -> Any:
    try:
        import nbformat
    except ImportError as error:
        raise NotInstalled("nbformat, which reads notebooks,", "report") from error
    notebook = nbformat.from_dict(catalog.load(chosen.path))
    parameters.inject(notebook, values)
    shipped = chosen.path.parent == catalog.folders()[0]
    where = scratch if shipped else chosen.path.resolve().parent
    try:
        execute.run(notebook, name=chosen.name, folder=where, scratch=scratch, variables=variables, timeout=timeout)
    except CellFailed as error:
        raise _logged(error, target) from error
    return notebook


def _logged(error: CellFailed, target: Path) -> ForensicsError:
    """Keeps the traceback beside where the report would have been."""
    log = target.with_name(target.name + ".log")
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(error.traceback + "\n", "utf-8")
    except OSError as refused:
        hint = f"No report was written, and no log of the traceback either: {refused.strerror}."
        return ForensicsError(error.message, where=error.where, hint=hint)
    return ForensicsError(error.message, where=error.where, hint=f"No report was written; the traceback is in {log}.")


def _written(notebook: Any, targets: list[Path], scratch: Path, as_of: asof.AsOf) -> Made:
    """Every format is made before the first file is put in its place."""
    from ctforensics.reports import document, writers
    from ctforensics.reports.pdf import NoBrowser

    told = document.read(notebook)
    made = [scratch / f"report{number}{target.suffix.lower()}" for number, target in enumerate(targets)]
    try:
        for file in made:
            writers.write(told, notebook, file, as_of.at)
    except NoBrowser as error:
        page = _place(_as_page(told, scratch), _printed(targets).with_suffix(".html"))
        raise ForensicsError(f"{error.message} The HTML report was written: {page}.", hint=error.hint) from error
    waiting = [_waiting(file, target) for file, target in zip(made, targets, strict=True)]
    try:
        placed = _attach(scratch / "attached", targets[0])
    except ForensicsError:
        for file in waiting:
            file.unlink(missing_ok=True)
        raise
    for file, target in zip(waiting, targets, strict=True):
        _settle(file, target)
        target.with_name(target.name + ".log").unlink(missing_ok=True)  # of an older run that failed
    return Made(targets[0], placed, told.found, tuple(told.said), also=tuple(targets[1:]), head=as_of.head)


def _printed(targets: list[Path]) -> Path:
    return next(target for target in targets if target.suffix.lower() == ".pdf")


def _as_page(told: Document, scratch: Path) -> Path:
    from ctforensics.reports import writers

    (scratch / "page.html").write_text(writers.page(told), "utf-8")
    return scratch / "page.html"


def _attach(attached: Path, target: Path) -> tuple[Path, ...]:
    """Puts the attached files into a folder named for the report file with its ending: two files of one stem are two reports."""
    beside = target.with_name(f"{target.stem}_{target.suffix[1:].lower()}_files")
    _clear(beside)
    return tuple(_place(file, beside / file.name) for file in sorted(attached.iterdir()))


def _clear(beside: Path) -> None:
    """Takes away the attached files of an older run: a redacted report must not stand beside tables that are not."""
    for file in beside.glob("*.csv") if beside.is_dir() else ():
        if _ATTACHED.fullmatch(file.name):
            file.unlink(missing_ok=True)


def _place(source: Path, target: Path) -> Path:
    """Copies beside the target and renames, so that a reader sees the old file or the whole new one."""
    return _settle(_waiting(source, target), target)


def _waiting(source: Path, target: Path) -> Path:
    """A copy beside the target, under a name of its own. Raises ForensicsError where nothing can be written there."""
    waiting = placing.waiting(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, waiting)
    except OSError as error:
        waiting.unlink(missing_ok=True) if waiting.parent.is_dir() else None
        raise _refused(target, error) from error
    return waiting


def _settle(waiting: Path, target: Path) -> Path:
    """Renames the copy to the target."""
    try:
        os.replace(waiting, target)
    except OSError as error:
        waiting.unlink(missing_ok=True)
        raise _refused(target, error) from error
    return target


def _refused(target: Path, error: OSError) -> ForensicsError:
    return ForensicsError(f"The report cannot be written: {error.strerror}.", where=str(target))
