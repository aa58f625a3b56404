"""Evidence roots of a case: a path becomes one, and all of them are listed in one order."""

from __future__ import annotations

from pathlib import Path

from ctforensics.case.folder import CaseFolder
from ctforensics.case.manifest import Root
from ctforensics.errors import CaseError, ParameterError
from ctforensics.evidence.roots import roots_of

__all__ = ["add_root", "roots_of"]

_KINDS = {".zip": "zip", ".tar": "tar", ".tgz": "tar", ".gz": "file"}


def add_root(folder: CaseFolder, place: Path, label: str | None = None, **received: str) -> Root:
    """Makes a path a root of the case and returns it; a path that is a root already is given as it stands.

    ``received`` takes ``received_from``, ``received_how``, ``received_at``. Raises CaseError where there is nothing, or where
    the path holds the case itself; ParameterError where the label is taken.
    """
    resolved = place.resolve()
    if not resolved.exists():
        raise CaseError("There is nothing there.", where=str(place), hint="Check the path of the evidence.")
    own = folder.path.resolve()
    if resolved == own or own.is_relative_to(resolved):
        raise CaseError(
            "The case itself lies in this folder, so it would load what it writes.",
            where=str(place),
            hint="Make the case outside of the evidence, or name the folder of the log files alone.",
        )
    manifest = folder.manifest()
    for root in manifest.evidence:
        if folder.where(root).resolve() == resolved and label in (None, root.label):
            return root
    inside = resolved.is_relative_to(own)
    made = Root(
        label=_free_label(label, resolved, {root.label for root in manifest.evidence}),
        where=resolved.relative_to(own).as_posix() if inside else str(resolved),
        kind="folder" if resolved.is_dir() else _KINDS.get(resolved.suffix.lower(), "file"),
        **received,
    )
    manifest.with_root(made).write(folder.manifest_file)
    return made


def _free_label(label: str | None, place: Path, taken: set[str]) -> str:
    if label is not None:
        if label in taken or not label.strip():
            raise ParameterError(
                f"The label {label!r} is taken or empty.", hint="Choose another label for this evidence."
            )
        return label
    base = place.name.split(".")[0] or "mirror"
    if base not in taken | {"evidence"}:
        return base
    return next(f"{base}-{n}" for n in range(2, len(taken) + 4) if f"{base}-{n}" not in taken)
