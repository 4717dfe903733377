"""The runs of a benchmark as a frame that a notebook shows with their leaderboard."""

from html import escape
from pathlib import Path
from typing import final

import pandas as pd

from seqtasks.comparison.ranking import RANKINGS
from seqtasks.errors import DataError
from seqtasks.reports.content import Content, content
from seqtasks.reports.output import RANKING, STORE
from seqtasks.reports.source import StoreSource

HEADS = ("rank", "method", "skill", "solved", "verdict")


@final
class ComparedRuns(pd.DataFrame):
    """A frame of stored runs. What is computed from it is an ordinary frame."""

    def _repr_html_(self) -> str | None:
        shown: str | None = super()._repr_html_()
        try:
            stated = content(
                StoreSource(Path(self.attrs[STORE]), keys=self["key"]), rank_by=self.attrs.get(RANKING, RANKINGS[0])
            )
        except (DataError, KeyError):  # no run has ended, or the store is gone
            return shown
        return f"{leaderboard_html(stated)}{shown or ''}"


def leaderboard_html(stated: Content) -> str:
    """The leaderboard as a table of HTML.

    Args:
        stated: What a report states.
    """
    rows = [
        (
            str(each.rank or ""),
            stated.names[each.method],
            str(each.skill),
            "" if each.share is None else "{} of {}".format(*each.share),
            each.verdict,
        )
        for each in stated.standings
    ]
    heads = [stated.measure if name == "skill" else name for name in HEADS]
    lines = ["".join(f"<th>{escape(name)}</th>" for name in heads)]
    lines += ["".join(f"<td style='text-align: left'>{escape(cell)}</td>" for cell in row) for row in rows]
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
