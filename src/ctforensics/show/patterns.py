"""The hatchings that tell coverage states, and writes from reads, apart without colour, as SVG that a page or picture defines once."""

from __future__ import annotations

DEFS = """<defs>
<pattern id="ct-write" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#E69F00"/><rect width="1.1" height="6" fill="#8A5F00"/></pattern>
<pattern id="ct-missing" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="7" height="7" fill="#ffffff"/><rect width="3" height="7" fill="#555555"/></pattern>
<pattern id="ct-unverified" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#f3ead0"/><circle cx="2" cy="2" r="1.3" fill="#7a6200"/></pattern>
<pattern id="ct-tampered" width="7" height="7" patternUnits="userSpaceOnUse"><rect width="7" height="7" fill="#ffd9cc"/><path d="M0,0L7,7M7,0L0,7" stroke="#a32d00" stroke-width="1.6"/></pattern>
<pattern id="ct-outside" width="9" height="9" patternUnits="userSpaceOnUse"><rect width="9" height="9" fill="#f1f1f1"/><path d="M1,4.5H6" stroke="#8a8a8a" stroke-width="1"/></pattern>
</defs>"""


def defined_in(svg: str) -> str:
    """An SVG picture with the hatchings defined in it."""
    at = svg.index(">", svg.index("<svg")) + 1
    return svg[:at] + DEFS + svg[at:]
