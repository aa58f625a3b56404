"""Markdown of a notebook as HTML: what an author wrote is set, raw HTML in it is shown as text."""

from __future__ import annotations

import functools
from typing import Any

from ctforensics.errors import NotInstalled


@functools.cache
def _renderer() -> Any:
    try:
        import mistune
    except ImportError as error:
        raise NotInstalled("mistune, which sets Markdown,", "report") from error

    class Quiet(mistune.HTMLRenderer):
        """Links go to places in the page only and pictures are not fetched: a report asks for nothing."""

        def link(self, text: str, url: str, title: str | None = None) -> str:
            if url.startswith("#"):
                return super().link(text, url, title)
            return text if text == mistune.escape(url) else f"{text} ({mistune.escape(url)})"

        def image(self, text: str, url: str, title: str | None = None) -> str:
            return f"[picture: {mistune.escape(text)}]"

    return mistune.create_markdown(renderer=Quiet(escape=True), plugins=["table", "strikethrough"])


def to_html(source: str) -> Any:
    """Safe HTML of a Markdown text."""
    from markupsafe import Markup

    return Markup(_renderer()(source))


def tokens(source: str) -> list[dict[str, Any]]:
    """The syntax tree of a Markdown text, for writers that are not HTML."""
    import mistune

    tree: Any = mistune.create_markdown(renderer=None, plugins=["table", "strikethrough"])(source)
    return list(tree)
