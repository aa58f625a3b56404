"""Forms from metadata, swimlanes and the overview, on the practice incident."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctforensics.errors import ParameterError
from ctforensics.investigation import Case, new_case
from ctforensics.show.forms import Form, Library
from ctforensics.show.swimlanes import swimlanes
from tests.support import synthetic_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    made = new_case(tmp_path_factory.mktemp("forms") / "mycase", title="<b>Night</b> shift")
    synthetic_case.make(made.folder.database, events=5_000)
    return made


def test_a_form_offers_the_values_of_the_case_and_asks_the_question(case):
    form = Form(case, "actions_by_access_key")
    control = form.controls["access_key_id"]
    assert len(control.options) > 10
    control.value = control.options[0]
    answer = form.run()
    assert len(answer) > 0
    assert form.code() == f'case.ask("actions_by_access_key", access_key_id={control.value!r})'
    assert len(form.onward.children) == 2


def test_every_answer_goes_on_into_a_question_about_one_of_its_values(case):
    form = Form(case, "actions_by_access_key")
    form.controls["access_key_id"].value = form.controls["access_key_id"].options[0]
    form.run()
    row, below = form.onward.children
    values, questions, button = row.children
    for choice in dict.fromkeys(value[0] for _, value in values.options):
        values.value = next(value for _, value in values.options if value[0] == choice)
        assert questions.value is not None
        assert questions.value[1] != "owned_accounts"
        button.click()
        assert below.children


def test_the_cell_of_a_form_does_not_take_its_answer_away(case):
    form = Form(case, "authorization_failures", principal="ana")
    form.show_cell()
    assert form.cell.value == form.code() == "case.ask(\"authorization_failures\", principal='ana')"


def test_what_is_left_empty_is_left_to_the_questions_defaults(case):
    assert Form(case, "authorization_failures").params == {}


def test_a_wrong_value_is_a_sentence_in_its_place(case, capsys):
    form = Form(case, "actions_by_access_key", access_key_id="AKIA", since="yesterday")
    assert form.run() is None


def test_every_question_has_a_form(case):
    for question in case.catalog:
        assert set(Form(case, question.name).controls) == {p.name for p in question.all_params}


def test_the_library_finds_questions_by_words(case):
    library = Library(case)
    everything = len(library.found.options)
    library.words.value = "bucket policy"
    assert 1 < len(library.found.options) < everything
    library.found.value = "who_changed_bucket_policy"
    assert len(library.place.children) == 1


def test_no_control_renders_text_as_markup():
    for room in ("forms", "timeline"):
        text = (Path(__file__).parents[2] / "src" / "ctforensics" / "show" / f"{room}.py").read_text("utf-8")
        assert "ipywidgets.HTML" not in text
        assert "Markdown" not in text
    script = (Path(__file__).parents[2] / "src" / "ctforensics" / "show" / "static" / "timeline.js").read_text("utf-8")
    assert "innerHTML" not in script
    assert "insertAdjacentHTML" not in script


def test_the_overview_states_integrity_coverage_and_escapes_everything(case):
    made = case.overview()
    assert made.events == 5_000
    text = made._repr_html_()
    assert "&lt;b&gt;Night&lt;/b&gt;" in text
    assert "<img src=x" not in text
    assert any(day["state"] == "missing" for day in made.days)
    assert sum(made.integrity.values()) == 5_000


def chain(tmp_path: Path) -> Case:
    import duckdb

    made = new_case(tmp_path / "mycase")
    rows = "SELECT n, TIMESTAMP '2026-03-05 10:00:00' + to_minutes(n) AS event_time FROM range(30) t(n)"
    synthetic_case.make(made.folder.database, rows=rows, hostile=0)
    con = duckdb.connect(str(made.folder.database))
    con.execute("""UPDATE events SET access_key_id = CASE WHEN minute(event_time) < 10 THEN 'AKIAFIRST' WHEN minute(event_time) < 20 THEN 'ASIASECOND' ELSE 'ASIATHIRD' END,
      issued_access_key_id = CASE minute(event_time) WHEN 9 THEN 'ASIASECOND' WHEN 19 THEN 'ASIATHIRD' WHEN 25 THEN 'AKIANEVER' END""")
    con.close()
    return made


@pytest.mark.parametrize("start", ["AKIAFIRST", "ASIASECOND", "ASIATHIRD", "AKIANEVER"])
def test_a_chain_is_the_same_from_any_of_its_keys(tmp_path, start):
    made = swimlanes(chain(tmp_path).room, start)
    assert [(lane.credential, lane.depth) for lane in made.lanes] == [
        ("AKIAFIRST", 0),
        ("ASIASECOND", 1),
        ("ASIATHIRD", 2),
        ("AKIANEVER", 3),
    ]
    assert [(h.giver, h.taker) for h in made.handovers][-1] == ("ASIATHIRD", "AKIANEVER")
    assert made.lanes[-1].events == 0
    assert "never used here" in made._repr_html_()


def test_a_value_that_nobody_carries_is_said(case):
    with pytest.raises(ParameterError):
        swimlanes(case.room, "AKIANOBODY")


def test_the_overview_tells_coverage_by_word_and_pattern(case):
    text = case.overview()._repr_html_()
    for state in ("missing", "tampered"):
        assert f"fill='url(#ct-{state})'" in text and f">{state}</span>" in text


def test_the_overview_of_a_practice_case_is_marked(story_case):
    assert ">PRACTICE<" in story_case("leaked_key").overview()._repr_html_()
