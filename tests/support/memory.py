"""How much memory a piece of Python takes at its highest, in a process of its own."""

import subprocess
import sys

# On Linux ru_maxrss also counts what the parent held at the fork; VmHWM begins anew with the program.
_SAYS = """
import resource as _resource
from pathlib import Path as _Path
_status = _Path("/proc/self/status")
if _status.exists():
    print(int(_status.read_text().split("VmHWM:")[1].split()[0]) / 1024)
else:
    print(_resource.getrusage(_resource.RUSAGE_SELF).ru_maxrss / (1 << 20))
"""


def measured(script: str, *arguments: str) -> tuple[list[str], float]:
    """The lines that ``script`` prints, run with ``arguments``, and its peak memory in MiB (not on Windows)."""
    done = subprocess.run(
        [sys.executable, "-c", script + _SAYS, *arguments], capture_output=True, text=True, check=True
    )
    *said, peak = done.stdout.splitlines()
    return said, float(peak)
