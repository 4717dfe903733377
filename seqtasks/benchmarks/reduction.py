"""What the quick version of a suite leaves out."""

from collections.abc import Iterable, Iterator

from seqtasks.benchmarks.suite import Grid, Suite


def left_out(full: Suite, quick: Suite) -> list[str]:
    """A sentence for each part of a suite that its quick version reduces.

    Args:
        full: The suite.
        quick: Its quick version.
    """
    return [f"Quick: {quick.size:,} of {full.size:,} runs.", *dict.fromkeys(_differences(full.grids, quick.grids))]


def _differences(full: Iterable[Grid], quick: Iterable[Grid]) -> Iterator[str]:
    for all_of, some in zip(full, quick, strict=True):
        for name in ("tasks", "models", "trainers", "metrics"):
            missing = [str(spec) for spec in getattr(all_of, name) if spec not in getattr(some, name)]
            if missing:
                yield f"Left out: the {name} {', '.join(missing)}."
        if len(some.seeds) != len(all_of.seeds):
            yield f"Reduced: {len(some.seeds)} of {len(all_of.seeds)} seeds."
        for name in ("steps", "epochs", "parameters"):
            before, now = (", ".join(map(_budget, getattr(grid, name))) for grid in (all_of, some))
            if before != now:
                yield f"Reduced: {name} {now} in place of {before}."


def _budget(value: int | None) -> str:
    return "by default" if value is None else f"{value:,}"
