"""The explorer of a notebook: filters, words in context, tasks in their source."""

import html
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import pandas as pd
import traitlets

from govopen_analytics.base.datapackage import to_csv
from govopen_analytics.base.errors import GovOpenError, SelectionError
from govopen_analytics.base.tables import Tables
from govopen_analytics.explore import script, shipped
from govopen_analytics.explore.task_index import TaskIndex
from govopen_analytics.questions.selection import of_tasks
from govopen_analytics.words import agency_name, section

_AROUND = 160  # characters of the source shown on either side of a task
_MOST_STATIC = 12  # rows of the table for those without a kernel


class Explorer(anywidget.AnyWidget):
    """Look through the tasks of a corpus; what is shown comes back as a corpus.

    Made by ``corpus.explore()``. In a notebook that is opened without a kernel, a
    table of the last state stands in its place.

    Attributes
    ----------
    state : dict
        The conditions: ``words``, and lists of values under ``agency``, ``year``,
        ``level``, ``theme``, ``unit``, ``due`` and columns of your own. Setting it
        changes what is shown. A single value stands for a list of one; a condition
        or value that is not known raises ``SelectionError``.
    """

    _esm = script("explorer.js") + "export default govopenExplorer;\n"
    _css = shipped("explorer.css")
    header = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    table_class = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        tables: Tables,
        make_corpus: Callable[[Tables], Any],
        *,
        lang: str = "zh",
    ) -> None:
        self._index = TaskIndex(tables, lang)
        self._tables, self._make_corpus, self._lang = tables, make_corpus, lang
        self._asked: tuple[dict[str, Any], Any] | None = None
        self._static: Any = None
        super().__init__(header=self._index.header(), state={"words": ""})
        self.table_class = f"govopen-{self.model_id}"
        self.on_msg(self._answer)
        self.observe(self._show_state, names="state")

    @traitlets.validate("state")
    def _checked_state(self, proposal: Any) -> dict[str, Any]:
        return self._index.checked(proposal["value"])

    @property
    def selected(self) -> Any:
        """The tasks shown, as a corpus with every measure.

        Raises
        ------
        SelectionError
            If nothing is shown.
        """
        if not any(self.state.values()):
            return self._make_corpus(self._tables)
        positions = self._find(self.state)
        if not len(positions):
            raise SelectionError(
                "Explorer: no task meets its conditions; take some of them away"
            )
        tasks = self._tables.tasks.iloc[positions]
        return self._make_corpus(of_tasks(self._tables, tasks))

    # Questions of the page ------------------------------------------------------------

    def _answer(self, _: Any, content: Mapping[str, Any], __: Any) -> None:
        """Answer a question of the page; an error is a sentence there."""
        reply: dict[str, Any] = {"number": content.get("number")}
        buffers: list[bytes] = []
        try:
            value = self._value(str(content.get("what")), content)
            if isinstance(value, bytes):
                buffers.append(value)
            else:
                reply["value"] = value
        except (GovOpenError, OSError) as error:
            reply["error"] = str(error)
        self.send(reply, buffers)

    def _value(self, what: str, asked: Mapping[str, Any]) -> Any:
        if what == "find":
            return self._index.counted(self._find(asked["state"]))
        if what == "rows":
            positions = self._find(asked["state"])
            return self._rows(positions[asked["start"] : asked["stop"]])
        if what == "task":
            return self._task(str(asked["task_id"]))
        if what == "file":
            return self._file(str(asked["kind"]), asked["state"])
        raise SelectionError(f"Explorer: {what!r} is no question it knows")

    def _find(self, state: Mapping[str, Any]) -> Any:
        """Find tasks; a state that was just asked for is not searched again."""
        if self._asked is None or self._asked[0] != state:
            self._asked = (dict(state), self._index.find(state))
        return self._asked[1]

    def _rows(self, positions: Any) -> list[dict[str, Any]]:
        columns = self._index.columns(positions)
        columns["id"] = columns.pop("ids")
        columns["text"] = [self._index.texts[i] for i in positions]
        rows = zip(*columns.values(), strict=True)
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def _task(self, task_id: str) -> dict[str, Any] | None:
        tasks = self._tables.tasks
        (position,) = (tasks["task_id"] == task_id).to_numpy().nonzero()
        if not len(position):
            return None
        task = tasks.iloc[int(position[0])]
        plan = self._index.documents.iloc[int(self._index.plan[position[0]])]
        text, start, end = str(plan["text"]), task["start_char"], task["end_char"]
        place = section("displays", self._lang)["place"].format(
            file=plan["source_file"],
            line=f"{text.count(chr(10), 0, start) + 1:,}",
            start=f"{start:,}",
            end=f"{end:,}",
        )
        before = text[max(0, start - _AROUND) : start]
        source = [before, text[start:end], text[end : end + _AROUND]]
        return {**self._rows(position)[0], "source": source, "place": place}

    # Files --------------------------------------------------------------------------

    def table(self) -> pd.DataFrame:
        """Return the tasks shown, as the files have them."""
        return self._table(self.state)

    def _table(self, state: Mapping[str, Any], most: int | None = None) -> pd.DataFrame:
        documents = self._index.documents
        labels = {key: self._index.facet(key).labels for key in ("theme", "unit")}
        cells = [
            (
                row["id"],
                agency_name(documents["agency"][row["plan"]], self._lang),
                documents["year"][row["plan"]],
                row["ordinal"],
                "；".join(labels["theme"][value] for value in row["theme"]),
                "；".join(labels["unit"][value] for value in row["unit"]),
                row["deadline"],
                row["text"],
            )
            for row in self._rows(self._find(state)[:most])
        ]
        return pd.DataFrame(cells, columns=section("explore", self._lang)["columns"])

    def _file(self, kind: str, state: Mapping[str, Any]) -> bytes:
        table = self._table(state)
        if kind == "xlsx":
            from govopen_analytics.office.xlsx import table_bytes

            return table_bytes(table, section("explore", self._lang)["title"])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tasks.csv"
            to_csv(table, path)
            return path.read_bytes()

    # Display --------------------------------------------------------------------------

    def __repr__(self) -> str:
        # What a page leaves room for: at most 110 characters.
        return str(section("widgets", self._lang)["explorer"])

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if bundle := self._repr_mimebundle_():
            display(bundle[0], raw=True)
        self._static = display(self._static_bundle(), raw=True, display_id=True)

    def _show_state(self, _: Any) -> None:
        if self._static is not None:
            self._static.update(self._static_bundle(), raw=True)

    def _static_bundle(self) -> dict[str, str]:
        # A terminal has its sentence from the widget.
        return {"text/html": self._static_table(), "text/plain": ""}

    def _static_table(self) -> str:
        """Return the last state as a table, for those without a kernel."""
        words = section("explore", self._lang)
        positions = self._find(self.state)
        summary = words["found"].format(
            n=f"{len(positions):,}",
            all=f"{len(self._index):,}",
            plans=len(set(self._index.plan[positions])),
        )
        conditions = [str(self.state.get("words") or "")]
        for facet in self._index.facets:
            labels = dict(zip(facet.values, facet.labels, strict=True))
            conditions += [labels[value] for value in self.state.get(facet.key) or ()]
        head = " · ".join([summary, *filter(None, conditions)])
        table = self._table(self.state, _MOST_STATIC)
        shown = table.to_html(index=False, escape=True)
        return (
            f'<div class="{self.table_class}"><p>{html.escape(words["last_state"])}'
            f"<br>{html.escape(head)}</p>{shown}</div>"
        )
