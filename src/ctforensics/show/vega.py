"""Vega, Vega-Lite and Vega-Embed as one script that ships with the package, so that no chart ever asks the network.

``static/vega.bundle.js`` is built from vl-convert and holds one global, ``ctforensicsVega.embed``. ``static/vega.json`` records
versions and hash; a test builds it again and compares. Rebuild after an update of vl-convert with
``python -m ctforensics.show.vega``.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
import struct
import zlib
from pathlib import Path
from typing import Any

from ctforensics.errors import NotInstalled
from ctforensics.show import charts, patterns
from ctforensics.visible import shown

STATIC = Path(__file__).parent / "static"
BUNDLE = STATIC / "vega.bundle.js"
RECORD = STATIC / "vega.json"
_SNIPPET = "globalThis.ctforensicsVega={embed:vegaEmbed};"
_NOTICE = """/*! Vega, Vega-Lite, Vega-Embed and their modules, bundled by vl-convert.
Copyright (c) 2015-2025, University of Washington Interactive Data Lab. BSD 3-Clause licence:
Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
following conditions are met: 1. Redistributions of source code must retain the above copyright notice, this list of
conditions and the following disclaimer. 2. Redistributions in binary form must reproduce the above copyright notice,
this list of conditions and the following disclaimer in the documentation and/or other materials provided with the
distribution. 3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse or
promote products derived from this software without specific prior written permission.
THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES,
INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,
SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY,
WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
Includes d3 modules: Copyright 2010-2024 Mike Bostock, ISC licence: Permission to use, copy, modify, and/or distribute
this software for any purpose with or without fee is hereby granted, provided that the above copyright notice and this
permission notice appear in all copies. THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES.
Includes lodash.debounce, semver, json-stringify-pretty-compact, fast-json-patch, topojson-client: MIT or ISC licences. */
"""


def build() -> str:
    """The bundle, made anew by the installed vl-convert. Raises NotInstalled where that is absent."""
    return _NOTICE + _converter().javascript_bundle(_SNIPPET)


@functools.cache
def text() -> str:
    """The bundle as shipped."""
    return BUNDLE.read_text("utf-8")


def record() -> dict[str, Any]:
    """Versions, size and SHA-256 of the shipped bundle."""
    return dict(json.loads(RECORD.read_text("utf-8")))


def csp_hash(script: str) -> str:
    """A script's source expression for a content security policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _converter() -> Any:
    try:
        import vl_convert
    except ImportError as error:
        raise NotInstalled("vl-convert", "notebook") from error
    return vl_convert


def picture(spec: dict[str, Any], kind: str = "svg", scale: float = 1.0) -> str | bytes:
    """A Vega-Lite spec drawn without a browser: ``svg`` as text or ``png`` as bytes. No network, no local time.

    Every text goes in ``visible``: at a control character in a label the converter ends the whole process. Labels for screen
    readers are left out, for they hold local times; whoever shows a picture says in words what is in it.
    """
    converter = _converter()
    svg = patterns.defined_in(_unspoken(str(converter.vegalite_to_svg(shown(spec), allowed_base_urls=[]))))
    return png(svg, scale) if kind == "png" else svg


_TAG = re.compile(r'<\w(?:[^"<>]|"[^"]*")*>')
_SPOKEN = re.compile(r' (?:aria-label|aria-roledescription|role)="[^"]*"')


def _unspoken(svg: str) -> str:
    return _TAG.sub(lambda tag: _SPOKEN.sub("", tag[0]), svg)


def packed(png: bytes) -> bytes:
    """The same picture with its data deflated as far as zlib goes: the converter writes fast, and notebooks keep pictures."""
    kept, data, at = [png[:8]], b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        name, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        data += body if name == b"IDAT" else b""
        if name == b"IEND":
            kept.append(_chunk(b"IDAT", zlib.compress(zlib.decompress(data), 9)))
        if name in (b"IHDR", b"PLTE", b"tRNS", b"IEND"):
            kept.append(_chunk(name, body))
        at += 12 + length
    return b"".join(kept)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(svg: str, scale: float = 1.0) -> bytes:
    """A picture of ours as PNG. Its texts must be free of control characters, at which the converter ends the process."""
    return packed(bytes(_converter().svg_to_png(svg, scale=scale)))


def main() -> None:
    """Writes the bundle and its record, and the widget's specs."""
    converter = _converter()
    bundle = build()
    BUNDLE.write_text(bundle, "utf-8")
    facts = {
        "vl_convert": converter.__version__,
        "vega": converter.get_vega_version(),
        "vega_lite": converter.get_vegalite_versions()[-1],
        "vega_embed": converter.get_vega_embed_version(),
        "bytes": len(bundle.encode()),
        "sha256": hashlib.sha256(bundle.encode()).hexdigest(),
    }
    RECORD.write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
    charts.SPECS.write_text(json.dumps(charts.build_specs(), indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
