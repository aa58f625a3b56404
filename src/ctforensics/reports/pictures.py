"""Charts as pictures for formats that cannot draw: PNG with the hatchings of coverage in it."""

from __future__ import annotations

from typing import Any

from ctforensics.errors import NotInstalled
from ctforensics.reports.cells import shown
from ctforensics.show import patterns, vega


def png(spec: dict[str, Any], *, scale: float = 2.0) -> bytes:
    """A chart as PNG. Raises NotInstalled where vl-convert is absent."""
    try:
        import vl_convert
    except ImportError as error:
        raise NotInstalled("vl-convert, which draws charts,", "report") from error
    svg = str(vega.picture(shown(spec)))
    return bytes(vl_convert.svg_to_png(patterns.defined_in(svg), scale=scale))
