"""Generated pages are current, and every public name is documented."""

import ast
from pathlib import Path

import ctforensics
from ctforensics import docs
from ctforensics.cli import parser

SOURCE = Path(ctforensics.__file__).parent


def test_generated_pages_say_what_the_code_says():
    assert docs.stale(parser()) == [], "run: python -m ctforensics docs"


def test_every_public_name_has_a_docstring():
    silent = []
    for file in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                if file.parent.name in ("cli", "stories") and node.name.split("_")[0] in ("add", "run", "script"):
                    continue
                if not ast.get_docstring(node):
                    silent.append(f"{file.relative_to(SOURCE)}: {node.name}")
    assert not silent, "\n".join(silent)
