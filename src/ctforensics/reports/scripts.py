"""The one script of a report: Vega and ten lines that bring the charts to life; and the policy that lets nothing else run."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from ctforensics.show import patterns, vega

_BOOT = Path(__file__).parent / "templates" / "ctreport" / "boot.js"
# The hatchings of coverage, which charts refer to by name.
PATTERNS = f'<svg class="patterns" aria-hidden="true" focusable="false">{patterns.DEFS}</svg>'


@functools.cache
def script() -> str:
    """Vega's bundle, as it ships with the timeline, and the boot lines as one script text."""
    return vega.text().replace("</script", "<\\/script") + "\n" + _BOOT.read_text("utf-8")


def policy(text: str | None) -> str:
    """The content security policy: only the script of that text, no eval, no request of any kind."""
    runs = vega.csp_hash(text) if text else "'none'"
    return (
        f"default-src 'none'; script-src {runs}; style-src 'unsafe-inline'; img-src data:; "
        "connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def drawn(spec: dict[str, Any], prefix: str) -> str:
    """A chart as static SVG without a browser. ``prefix`` keeps its ids apart from those of other charts on the page."""
    svg = str(vega.picture(spec))
    for name in set(re.findall(r'\bid="([^"]+)"', svg)):
        svg = svg.replace(f'id="{name}"', f'id="{prefix}-{name}"').replace(f"url(#{name})", f"url(#{prefix}-{name})")
    return svg
