"""The plan of the house: imports run downward."""

import ast
from pathlib import Path

import ctforensics

SOURCE = Path(ctforensics.__file__).parent
FLOORS = [
    {"errors"},
    {"clock", "content", "frontmatter", "hashing", "placing"},
    {"visible"},
    {"cards"},
    {"trail", "case"},
    {"evidence", "aws"},
    {"notes", "unwrap"},
    {"acquire", "verify", "logs", "ask"},
    {"coverage", "originals", "recheck"},
    {"show", "load", "export", "handover"},
    {"known"},
    {"reports", "practice"},
    {"investigation"},
    {"docs", "doctor", "selftest"},
    {"cli"},
    {"__main__"},
]
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def imports_of(file: Path) -> set[str]:
    """The rooms that a module imports at its top level or inside functions (TYPE_CHECKING included)."""
    rooms = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "ctforensics":
            parts = node.module.split(".")
            rooms |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            rooms |= {a.name.split(".")[1] for a in node.names if a.name.startswith("ctforensics.")}
    return rooms & set(FLOOR_OF)


def modules() -> list[Path]:
    return [f for f in sorted(SOURCE.rglob("*.py")) if "_content" not in f.parts]


def test_every_room_has_a_floor():
    rooms = {f.relative_to(SOURCE).parts[0].removesuffix(".py") for f in modules()} - {"__init__"}
    assert rooms <= set(FLOOR_OF), f"rooms without a floor: {sorted(rooms - set(FLOOR_OF))}"


def test_imports_run_downward():
    wrong = []
    for file in modules():
        room = file.relative_to(SOURCE).parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        wrong += [
            f"{file.relative_to(SOURCE)} (floor {FLOOR_OF[room]}) imports {other} (floor {FLOOR_OF[other]})"
            for other in imports_of(file)
            if other != room and FLOOR_OF[other] >= FLOOR_OF[room]
        ]
    assert not wrong, "\n".join(wrong)


def test_every_module_says_what_it_is():
    silent = [str(f.relative_to(SOURCE)) for f in modules() if not ast.get_docstring(ast.parse(f.read_text("utf-8")))]
    assert not silent
