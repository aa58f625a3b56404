"""Charts as pictures for formats that cannot draw: PNG with the hatchings of coverage in it."""

from __future__ import annotations

from typing import Any

from ctforensics.show import vega


def png(spec: dict[str, Any], *, scale: float = 2.0) -> bytes:
    """A chart as PNG. Raises NotInstalled where vl-convert is absent."""
    return bytes(vega.picture(spec, "png", scale))  # type: ignore[arg-type]
