"""Runs a notebook in a kernel of its own: no terminal, no HOME, no network port, and a small environment.

The kernel talks over ``ipc`` sockets in a private temporary folder, because TCP ports of a shared machine are open to every
user on it. What the kernel sees of the environment is a short list, so that nothing private can end up in a report.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ctforensics.errors import ForensicsError, NotInstalled

_PASSED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS")


class CellFailed(ForensicsError):
    """A cell of a report notebook raised: ``traceback`` holds what it printed, without colours."""

    def __init__(self, message: str, *, where: str, hint: str, traceback: str) -> None:
        super().__init__(message, where=where, hint=hint)
        self.traceback = traceback


def run(notebook: Any, *, name: str, folder: Path, scratch: Path, variables: Mapping[str, str], timeout: int) -> None:
    """Executes a notebook in place. ``folder`` is the kernel's working folder, ``scratch`` a private writable one.

    ``timeout`` is in seconds a cell. Raises CellFailed naming the cell, ForensicsError where the kernel dies or hangs.
    """
    try:
        from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    except ImportError as error:
        raise NotInstalled("nbclient, which runs report notebooks,", "report") from error
    client = _client(notebook, folder, scratch, timeout)
    try:
        with open(scratch / "kernel.log", "wb") as talk:
            client.execute(env=_environment(scratch, variables), cwd=str(folder), stderr=talk)
    except CellExecutionError as error:
        raise _failed(notebook, name, error) from error
    except CellTimeoutError as error:
        raise ForensicsError(
            f"{_last_cell(notebook)} took more than {timeout} seconds.", where=name, hint="Give it a narrower window."
        ) from error
    except DeadKernelError as error:
        raise ForensicsError(
            f"The kernel died in {_last_cell(notebook)}.", where=name, hint="Free some memory and run it again."
        ) from error


def _client(notebook: Any, folder: Path, scratch: Path, timeout: int) -> Any:
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    transport = "tcp" if sys.platform == "win32" else "ipc"
    manager = AsyncKernelManager(transport=transport, connection_file=str(scratch / "k.json"))
    # This interpreter, whatever kernels are registered on the machine.
    manager._kernel_spec = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], language="python"
    )
    return NotebookClient(
        notebook,
        km=manager,
        timeout=timeout,
        store_widget_state=False,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )


def _environment(scratch: Path, variables: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    if kept.get("PYTHONPATH"):  # the kernel works in another folder, where relative places mean nothing
        kept["PYTHONPATH"] = os.pathsep.join(
            str(Path(place).resolve()) for place in kept["PYTHONPATH"].split(os.pathsep)
        )
    kept |= {name: str(scratch) for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP")}
    kept |= {f"{name}_DIR": str(scratch) for name in ("JUPYTER_RUNTIME", "JUPYTER_CONFIG", "JUPYTER_DATA")}
    kept |= {
        "IPYTHONDIR": str(scratch / "ipython"),
        "MPLCONFIGDIR": str(scratch),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    kept |= {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return kept | dict(variables)


def _last_cell(notebook: Any) -> str:
    """The last cell that was begun, as a person finds it: its number among the code cells and its first line."""
    code = [c for c in notebook.cells if c.cell_type == "code"]
    begun = [i for i, c in enumerate(code) if c.get("execution_count") or c.get("outputs")]
    number = begun[-1] if begun else 0
    lines = code[number].source.strip().splitlines() if code else []
    return f"code cell {number + 1} (`{lines[0][:60] if lines else ''}`)"


def _failed(notebook: Any, name: str, error: Any) -> CellFailed:
    from nbconvert.filters.ansi import strip_ansi

    said = str(error.evalue).strip().splitlines()
    return CellFailed(
        f"{_last_cell(notebook)} raised {error.ename}: {said[0] if said else 'no message'}",
        where=name,
        hint="No report was written; the traceback stands in the log.",
        traceback=strip_ansi(str(error)),
    )
