"""The one script of a report: Vega and ten lines that bring the charts to life; and the policy that lets nothing else run."""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path

from ctforensics.errors import NotInstalled

_BOOT = Path(__file__).parent / "templates" / "ctreport" / "boot.js"

# Coverage that is not proven is hatched: charts refer to these by name, in the page's light colours.
PATTERNS = (
    '<svg class="patterns" aria-hidden="true" focusable="false"><defs>'
    '<pattern id="ct-missing" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="8" height="8" fill="#fff"/><rect width="3" height="8" fill="#b3372f"/></pattern>'
    '<pattern id="ct-unverified" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#f3e6c4"/><circle cx="3" cy="3" r="1.3" fill="#7a5a00"/></pattern>'
    '<pattern id="ct-tampered" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect width="8" height="8" fill="#7a1015"/><path d="M0,0L8,8M8,0L0,8" stroke="#fff" stroke-width="1.4"/></pattern>'
    '<pattern id="ct-outside" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect width="8" height="8" fill="#f1f3f5"/><circle cx="4" cy="4" r=".8" fill="#9aa3ad"/></pattern>'
    "</defs></svg>"
)


@functools.cache
def script() -> str:
    """Vega's bundle and the boot lines as one script text."""
    try:
        import vl_convert
    except ImportError as error:
        raise NotInstalled("vl-convert, which draws charts,", "report") from error
    bundle = vl_convert.javascript_bundle("globalThis.ctforensicsVega={embed:vegaEmbed};")
    return bundle.replace("</script", "<\\/script") + "\n" + _BOOT.read_text("utf-8")


def policy(text: str | None) -> str:
    """The content security policy: only the script of that text, no eval, no request of any kind."""
    runs = f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" if text else "'none'"
    return (
        f"default-src 'none'; script-src {runs}; style-src 'unsafe-inline'; img-src data:; "
        "connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def drawn(spec: dict[str, object], prefix: str) -> str:
    """A chart as static SVG without a browser. ``prefix`` keeps its ids apart from those of other charts on the page."""
    import re

    import vl_convert

    svg = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    own = set(re.findall(r'\bid="([^"]+)"', svg))
    for name in own:
        svg = svg.replace(f'id="{name}"', f'id="{prefix}-{name}"').replace(f"url(#{name})", f"url(#{prefix}-{name})")
    return svg
