"""The parameters cell is the one place that says what a report takes."""

import pytest

from ctforensics.errors import ForensicsError, ParameterError, UnknownName
from ctforensics.reports import parameters

CELL = """case_note = "a # b"  # Words for the first page
rows: int = 3  # How many rows
final: bool = False
names: list = []  # Names, separated by commas
"""


def declared():
    return parameters.read({"cells": [{"metadata": {"tags": ["parameters"]}, "source": CELL}]}, "n")


def test_names_types_defaults_and_help_are_read_from_the_cell():
    found = [(p.name, p.type, p.default, p.help) for p in declared()]
    assert found == [
        ("case_note", "str", "a # b", "Words for the first page"),
        ("rows", "int", 3, "How many rows"),
        ("final", "bool", False, ""),
        ("names", "list", [], "Names, separated by commas"),
    ]


def test_text_from_the_command_line_becomes_the_declared_type():
    given = {"rows": "12", "final": "yes", "names": "a, b", "case_note": "true"}
    assert parameters.convert(declared(), given, "n") == {
        "rows": 12,
        "final": True,
        "names": ["a", "b"],
        "case_note": "true",
    }


@pytest.mark.parametrize("value", ["twelve", 1.5, True, None])
def test_a_value_of_another_type_is_refused_by_name(value):
    with pytest.raises(ParameterError, match="rows takes a int"):
        parameters.convert(declared(), {"rows": value}, "n")


def test_an_unknown_parameter_is_answered_with_the_nearest_names():
    with pytest.raises(UnknownName) as caught:
        parameters.convert(declared(), {"row": 1}, "n")
    assert "rows" in caught.value.hint


def test_a_parameters_cell_that_is_not_python_says_where():
    with pytest.raises(ForensicsError, match=r"own\.ipynb: The parameters cell is not Python"):
        parameters.read({"cells": [{"metadata": {"tags": ["parameters"]}, "source": "a = = 1"}]}, "own.ipynb")


def test_parameters_in_the_environment_are_one_json_object():
    assert parameters.from_environment('{"rows": 4}') == {"rows": 4}
    assert parameters.from_environment(None) == {}
    for wrong in ("[1]", "{"):
        with pytest.raises(ParameterError, match="CTFORENSICS_PARAMS"):
            parameters.from_environment(wrong)
