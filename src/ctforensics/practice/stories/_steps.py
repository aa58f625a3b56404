"""Steps of a script as a table: what one actor calls, and the fact that the calls stand for."""

from __future__ import annotations

from typing import Any

from ctforensics.practice.identities import Actor
from ctforensics.practice.stage import Stage

REFUSED = "refused"


def steps(
    stage: Stage,
    day: int,
    who: Actor,
    fact: str,
    question: str,
    about: str,
    *calls: tuple[Any, ...],
    **common: Any,
) -> list[str]:
    """Plays ``(clock, service, name, params, response, more)`` one after another and labels them; returns event ids.

    What a tuple leaves out is null; ``response`` may be ``REFUSED``, with ``denied_on`` in ``more``.
    """
    played = []
    for clock, service, name, *rest in calls:
        params, response, more = (*rest, None, None, None)[:3]
        facts: dict[str, Any] = {**common, **(more or {})}
        if response == REFUSED:
            facts["denied"] = f"{service}:{name.rstrip('0123456789v')}"
            response = None
        played.append(stage.play(stage.at(day, clock), who, service, name, params=params, response=response, **facts))
    stage.fact(fact, question, about, *played)
    return played
