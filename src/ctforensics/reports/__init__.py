"""Report notebooks, executed and converted by nbconvert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ctforensics.reports.casebook import CaseReport

__all__ = ["CaseReport"]


def __getattr__(name: str) -> Any:
    if name == "CaseReport":  # loads DuckDB and the charts, which listing reports does not need
        from ctforensics.reports.casebook import CaseReport

        return CaseReport
    raise AttributeError(f"module 'ctforensics.reports' has no attribute {name!r}")
