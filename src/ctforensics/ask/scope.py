"""The scope parameters that every question takes, declared once.

In SQL they stand in the table macro ``scoped($since, $until, $accounts, $regions, $outcome)`` of ``queries/_macros.sql``.
"""

from __future__ import annotations

from ctforensics.ask.params import Param

OUTCOMES = ("all", "succeeded", "failed", "denied")

SCOPE: tuple[Param, ...] = (
    Param("since", "TIMESTAMP", "Events at or after this instant, UTC unless it has an offset", "-infinity"),
    Param("until", "TIMESTAMP", "Events before this instant, UTC unless it has an offset", "infinity"),
    Param("accounts", "VARCHAR[]", "Only these recipient accounts; none given means all", ()),
    Param("regions", "VARCHAR[]", "Only these regions; none given means all", ()),
    Param(
        "outcome",
        "VARCHAR",
        "all, succeeded, failed (refused ones included) or denied",
        "all",
        choices=OUTCOMES,
    ),
)
SCOPE_NAMES = tuple(param.name for param in SCOPE)
