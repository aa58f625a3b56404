"""ctforensics: forensic investigation of archived AWS CloudTrail trails.

``open_case(path)`` gives the case that an analyst holds; heavy parts load when they are used.
"""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["__version__", "open_case"]

TYPE_CHECKING = (
    False  # as ``typing`` has it, but importing that takes longer than all else that a process which only reads needs
)
if TYPE_CHECKING:
    from typing import Any

    from ctforensics.investigation import open_case


def __getattr__(name: str) -> Any:
    if name == "open_case":
        from ctforensics.investigation import open_case

        return open_case
    raise AttributeError(f"module 'ctforensics' has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext ctforensics`` gives the ``%ct`` and ``%%ct`` magics."""
    from ctforensics.investigation import open_case
    from ctforensics.show.magic import register

    register(shell, open_case)
