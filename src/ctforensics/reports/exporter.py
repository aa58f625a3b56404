"""The nbconvert exporter ``ctreport``: a notebook becomes one HTML file that needs nothing and asks for nothing.

``jupyter nbconvert --to ctreport [--execute] NOTEBOOK`` works as with any exporter; parameters come from CTFORENSICS_PARAMS.
"""

from __future__ import annotations

import base64
import json
import os
import re
from pathlib import Path
from typing import Any

from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.preprocessors import Preprocessor
from traitlets import Bool, Unicode, default

from ctforensics import __version__
from ctforensics.reports import contradicted, document, layout, parameters, scripts
from ctforensics.reports.cells import as_text
from ctforensics.reports.markdown_html import to_html

TEMPLATES = Path(__file__).parent / "templates"
# Each level has a sign of its own, so that nothing depends on colour.
SIGNS = {"ok": "✔", "anomaly": "≈", "unknown": "?", "incomplete": "◐", "fail": "✘", "note": "•"}
_WORDS = {
    "bad": {"fail", "tampered", "missing", "altered", "deleted", "injected", "denied", "failed"},
    "open": {"unknown", "anomaly", "incomplete", "unverified", "not_checked", "not checked"},
    "good": {"ok", "verified", "verified_empty", "verified, nothing delivered"},
}
_BREAK = re.compile(r"([/:])(?=[A-Za-z0-9_*$+.@-])")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_CLASSES = {"verification", "verification classes"}
_MARKED = {"class", "verification", "state", "outcome", "what"}


class GiveParameters(Preprocessor):
    """Puts the values of CTFORENSICS_PARAMS behind the ``parameters`` cell before anything is executed."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        values = parameters.from_environment(os.environ.get("CTFORENSICS_PARAMS"))
        if values and not any(parameters.INJECTED in c.metadata.get("tags", []) for c in nb.cells):
            declared = {p.name for p in parameters.read(nb, "notebook")}
            parameters.inject(nb, {name: value for name, value in values.items() if name in declared})
        return nb, resources


class CtReportExporter(TemplateExporter):
    """One self-contained HTML page: static charts that come alive, hash-only content security policy, print styles."""

    export_from_notebook = "ctforensics report"
    output_mimetype = "text/html"
    language = Unicode("en", help="Language of the page").tag(config=True)
    live = Bool(True, help="Whether charts come alive where JavaScript is on").tag(config=True)
    template_name = Unicode("ctreport").tag(config=True, affects_template=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_extension")
    def _template_extension_default(self) -> str:
        return ".html.j2"

    @default("template_data_paths")
    def _template_data_paths_default(self) -> list[str]:
        return [str(TEMPLATES)]

    @property
    def template_paths(self) -> list[str]:  # type: ignore[override]
        return [str(TEMPLATES / "ctreport")]

    @property
    def default_config(self) -> Any:
        from traitlets.config import Config

        ours = Config(
            {"NbConvertBase": {"display_data_priority": [*document.pieces.MIME_TYPES, "image/png", "text/plain"]}}
        )
        ours.merge(super().default_config)
        return ours

    def _init_preprocessors(self) -> None:
        super()._init_preprocessors()
        giver = GiveParameters(parent=self)
        giver.enabled = True
        self._preprocessors.insert(0, giver)

    def _create_environment(self) -> Any:
        environment = super()._create_environment()
        environment.autoescape = True
        environment.filters["prose"] = to_html
        environment.filters["drawn"] = scripts.drawn
        environment.filters["json_script"] = json_script
        environment.filters["cell"] = as_text
        environment.filters["marked"] = marked
        environment.filters["breaks"] = str if self.live else breaks
        environment.filters["sign"] = SIGNS.get
        environment.filters["wide"] = wide
        environment.filters["instants"] = instants
        environment.filters["base64"] = base64_text
        return environment

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """The page of a notebook; the document's signals come back in ``resources["ctreport"]``."""
        from nbconvert.exporters.exporter import Exporter

        executed, resources = Exporter.from_notebook_node(self, nb, resources, **kw)
        told = document.read(executed)
        page = self.page(told)
        resources["ctreport"] = {"found": told.found, "said": told.said}
        return page, resources

    def page(self, told: document.Document) -> str:
        """The page of a document."""
        script = scripts.script() if self.live and told.charts() else ""
        style = (TEMPLATES / "ctreport" / "style.css").read_text("utf-8")
        return str(
            self.template.render(
                document=told,
                script=script,
                policy=scripts.policy(script),
                style=style,
                patterns=scripts.PATTERNS,
                every=layout.EVERY,
                language=self.language,
                version=__version__,
            )
        )


def json_script(value: Any) -> str:
    """JSON that may stand inside a script element: nothing in it can end the element or begin a comment."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def marked(text: str, head: str) -> Any:
    """A cell whose word is an outcome gets weight and colour; the word itself stays the message. ``fail`` gets its sign, for print."""
    from markupsafe import Markup, escape

    name = next((k for k, words in _WORDS.items() if text in words), None) if head in _MARKED else None
    if head in _CLASSES and contradicted.fails(text):
        return Markup(f'<span class="badge bad"><span class="sign">{SIGNS["fail"]}</span> {escape(text)}</span>')
    return Markup(f'<span class="badge {name}">{escape(text)}</span>') if name else text


def breaks(text: str) -> Any:
    """On paper an ARN or a path breaks behind a colon or a slash. A screen needs none, and whoever searches the page's source finds it whole."""
    from markupsafe import Markup, escape

    return Markup(_BREAK.sub(r"\1<wbr>", str(escape(text))))


def instants(text: str) -> Any:
    """Prose in which no instant is broken between two lines: it is to be copied whole."""
    from markupsafe import Markup, escape

    return Markup(_INSTANT.sub(r'<span class="instant">\g<0></span>', str(escape(text))))


def wide(text: str) -> bool:
    """Whether a fact needs the whole width, so that a hash, an ARN or a pair of instants is not broken in two."""
    words = text.split()
    return len(text) > 32 and (len(words) <= 3 or max(map(len, words)) > 32)


def base64_text(block: dict[str, Any]) -> str:
    """The data of an image output as base64 (SVG comes as text, pictures as base64 already)."""
    data = "".join(block["data"])
    return base64.b64encode(data.encode()).decode() if block["mime"] == "image/svg+xml" else data.replace("\n", "")
