"""The ledger of an acquisition: every planned object ends in exactly one outcome."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ctforensics.errors import ConservationError

OUTCOMES = ("acquired", "present", "missing", "refused", "archived")


@dataclass(slots=True)
class Ledger:
    """planned = acquired + present + missing + refused + archived.

    ``acquired`` was copied now, ``present`` lay here already and is equal, ``missing`` was listed and is gone, ``refused``
    could not be read (denied, damaged on the way, the run ended before its turn), ``archived`` must be restored first.
    """

    planned: int = 0
    planned_bytes: int = 0
    objects: Counter[str] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)

    def plan(self, size: int) -> None:
        """Counts one object in."""
        self.planned += 1
        self.planned_bytes += size

    def settle(self, outcome: str, size: int, reason: str = "") -> None:
        """Counts one object out."""
        if outcome not in OUTCOMES:
            raise ValueError(outcome)
        self.objects[outcome] += 1
        self.bytes[outcome] += size
        if reason:
            self.reasons[outcome, reason] += 1

    @property
    def settled(self) -> int:
        return sum(self.objects.values())

    @property
    def complete(self) -> bool:
        """Whether everything that was planned lies here now."""
        return self.objects["acquired"] + self.objects["present"] == self.planned

    def check(self) -> None:
        """Raises ConservationError where an object was planned and has no outcome, or has two."""
        if self.planned != self.settled:
            raise ConservationError(
                f"The acquisition's ledger does not balance: {self.planned:,} planned, {self.settled:,} settled.",
                hint="This is a fault of ctforensics: keep the case as it is and report it.",
            )

    def sentence(self) -> str:
        """The equation with its figures, as it is printed."""
        return f"{self.planned:,} planned = " + " + ".join(f"{self.objects[name]:,} {name}" for name in OUTCOMES)

    def as_json(self) -> dict[str, Any]:
        """What custody and ``--json`` carry."""
        return {
            "planned": self.planned,
            "planned_bytes": self.planned_bytes,
            **{name: self.objects[name] for name in OUTCOMES},
            "acquired_bytes": self.bytes["acquired"],
            "reasons": [
                {"outcome": outcome, "reason": reason, "objects": count}
                for (outcome, reason), count in sorted(self.reasons.items())
            ],
        }
