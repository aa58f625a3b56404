"""A form for every question, made from its metadata, and a library to choose from; answers continue into further forms.

Text of evidence only ever enters controls as their value or options, which browsers show as text; tables are escaped HTML.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ctforensics import cards, clock
from ctforensics.errors import ForensicsError, NotInstalled
from ctforensics.show import entities
from ctforensics.show.access import rows
from ctforensics.show.html import visible

try:
    import ipywidgets
except ImportError as _error:
    raise NotInstalled("ipywidgets", "notebook") from _error

SUGGESTED = 200
_WIDE = {"description_width": "150px"}
_LAYOUT = {"width": "640px"}


class Form:
    """One question as controls with its answer below. Show ``form.widget``; ``form.params`` is what is filled in."""

    def __init__(self, case: Any, name: str, **values: Any) -> None:
        self.case = case
        self.question = case.catalog.get(name)
        self.answer: Any = None
        self.controls = {p.name: _control(case, p, values.get(p.name)) for p in self.question.all_params}
        own = [self.controls[p.name] for p in self.question.params]
        scope = [c for n, c in self.controls.items() if n not in {p.name for p in self.question.params}]
        self.run_button = ipywidgets.Button(description="ask", button_style="primary", tooltip=self.question.question)
        self.cell_button = ipywidgets.Button(description="as a cell")
        self.run_button.on_click(lambda _: self.run())
        self.cell_button.on_click(lambda _: self.show_cell())
        self.output = ipywidgets.Output()
        self.cell = ipywidgets.Text(description="cell", style=_WIDE, layout={"width": "860px", "display": "none"})
        self.onward = ipywidgets.VBox()
        more = ipywidgets.Accordion([ipywidgets.VBox(scope)], titles=("scope: window, accounts, regions, outcome",))
        head = ipywidgets.Label(f"{self.question.title}: {self.question.question}")
        buttons = ipywidgets.HBox([self.run_button, self.cell_button])
        self.widget = ipywidgets.VBox([head, *own, more, buttons, self.cell, self.output, self.onward])

    @property
    def params(self) -> dict[str, Any]:
        """What is filled in; what is left empty is left out, so that the question's defaults hold."""
        return {name: value for name, control in self.controls.items() if (value := _value(control)) is not None}

    def code(self) -> str:
        """The cell that asks the same."""
        args = "".join(f", {name}={value!a}" for name, value in self.params.items())
        return f'case.ask("{self.question.name}"{args})'

    def run(self) -> Any:
        """Asks, shows the answer and where one can go on from it; what is wrong is one sentence in its place."""
        self.output.clear_output()
        self.onward.children = ()
        with self.output:
            try:
                self.answer = self.case.ask(self.question.name, **self.params)
            except ForensicsError as error:
                print(visible(error.sentence()))
                return None
            _show(self.answer)
        self.onward.children = _onward(self, self.answer)
        return self.answer

    def show_cell(self) -> None:
        """Puts the code of this form below its buttons, ready to be copied; the answer stays."""
        self.cell.value = self.code()
        self.cell.layout.display = ""

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.widget)


def _show(answer: Any) -> None:
    from IPython.display import display

    from ctforensics.show import over_time, vega

    display(answer)
    spec = over_time.spec(answer) if len(answer) > 1 else None
    if spec is not None:
        picture = cards.chart(str(vega.picture(spec)))
        display({"text/html": cards.card("rows over time", picture), "text/plain": "rows over time"}, raw=True)


def _control(case: Any, param: Any, value: Any) -> Any:
    """The control that fits a parameter's type, filled with what the case knows."""
    shown = param.default if value is None else value
    common = {
        "description": param.name,
        "tooltip": param.help,
        "style": _WIDE,
        "layout": _LAYOUT,
        "description_tooltip": param.help,
    }
    common.pop("description_tooltip")
    if param.choices:
        options = [("(default)", None), *[(c, c) for c in param.choices]]
        return ipywidgets.Dropdown(options=options, value=value, **common)
    if param.type == "BOOLEAN":
        return ipywidgets.Dropdown(options=[("(default)", None), ("yes", True), ("no", False)], value=value, **common)
    text = _text(shown) if value is not None or param.type not in ("TIMESTAMP",) else ""
    if param.entity in entities.VALUES_IN and not param.type.endswith("[]"):
        return ipywidgets.Combobox(
            value=text, options=_suggestions(case, param.entity), placeholder=param.help, ensure_option=False, **common
        )
    return ipywidgets.Text(value=text, placeholder=f"{param.help} (default {_text(param.default)})", **common)


def _text(value: Any) -> str:
    if value is None or value == []:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return clock.utc_text(value) if isinstance(value, datetime) else str(value)


def _value(control: Any) -> Any:
    held = control.value
    if isinstance(held, str):
        return held.strip() or None
    return held


def _suggestions(case: Any, entity: str) -> list[str]:
    """The most frequent values of an entity in the case, those that fit a control."""
    table = entities.VALUES_IN[entity]
    cursor = case.room.cursor()
    sql = f"SELECT value FROM {table} WHERE value IS NOT NULL AND length(value) <= 200 ORDER BY events DESC, value LIMIT {SUGGESTED}"
    try:
        return [value for (value,) in rows(cursor, sql)]
    finally:
        cursor.close()


def _pivots(case: Any, entity: str) -> list[tuple[Any, Any]]:
    """Questions about a value of that entity: those that need one first. Accounts of one's own are context, not a subject."""
    found = [(q, p) for q, p in case.catalog.pivots(entity) if p.name != "owned_accounts"]
    return sorted(found, key=lambda each: (not each[1].required, each[0].title))


def _onward(form: Form, answer: Any) -> tuple[Any, ...]:
    """Controls that continue from a value of the answer into a question about it."""
    kinds = entities.of_columns(list(answer.columns))
    into = {name: held for name, kind in kinds.items() if (held := _pivots(form.case, kind))}
    values = [
        (f"{column} = {visible(value, 80)}", (column, value)) for column in into for value in _distinct(answer[column])
    ]
    if not values:
        return ()
    wide = {"width": "420px"}
    value_control = ipywidgets.Dropdown(options=values, index=0, description="go on with", style=_WIDE, layout=_LAYOUT)
    question_control = ipywidgets.Dropdown(description="into", style={"description_width": "40px"}, layout=wide)
    button = ipywidgets.Button(description="go on", tooltip="asks that question about this value, below")
    below = ipywidgets.VBox()

    def fill(_: Any = None) -> None:
        held = into[value_control.value[0]]
        question_control.options = [(question.title, (question.name, param.name)) for question, param in held]
        question_control.index = 0  # options that are put in later leave it without a choice

    def go(_: Any) -> None:
        name, param = question_control.value
        onward = Form(form.case, name, **{param: value_control.value[1]})
        below.children = (onward.widget,)
        onward.run()

    fill()
    value_control.observe(fill, "value")
    button.on_click(go)
    row = ipywidgets.HBox([value_control, question_control, button], layout={"flex_flow": "row wrap"})
    return row, below


def _distinct(column: Any) -> list[str]:
    return [value for value in dict.fromkeys(column) if isinstance(value, str) and 0 < len(value) <= 1000][:50]


class Library:
    """Search by words over all questions; choosing one opens its form. Show ``library.widget``."""

    def __init__(self, case: Any) -> None:
        self.case = case
        self.words = ipywidgets.Text(
            description="find",
            placeholder="words: bucket policy, AssumeRole, T1078, AKIA ...",
            style=_WIDE,
            layout=_LAYOUT,
            continuous_update=True,
        )
        self.found = ipywidgets.Select(rows=10, layout={"width": "900px"})
        self.place = ipywidgets.VBox()
        self.words.observe(lambda _: self._search(), "value")
        self.found.observe(lambda _: self._open(), "value")
        self.widget = ipywidgets.VBox([self.words, self.found, self.place])
        self._search()

    def _search(self) -> None:
        held = self.case.catalog.search(*self.words.value.split())
        self.found.options = [("choose a question", ""), *[(f"{q.topic} · {q.title}", q.name) for q in held]]

    def _open(self) -> None:
        if self.found.value:
            self.place.children = (Form(self.case, self.found.value).widget,)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.widget)
