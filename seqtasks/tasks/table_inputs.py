"""Which columns of a table are its inputs if none are asked for, and which are left out and why."""

from collections.abc import Iterator, Mapping

from seqtasks.errors import DataError
from seqtasks.spec.parameter import is_plain, quote
from seqtasks.tables.columns import CellError, Columns


def default_inputs(
    columns: Columns, target: str, labelled: bool, ahead: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every column with a number in it, and sentences on those that are left out.

    Args:
        columns: The file.
        target: The column to predict. Its past is an input, unless it is a row's own answer.
        labelled: Whether it is a column of labels: then its past is an input only if all labels are numbers.
        ahead: How many rows ahead it is predicted.

    Raises:
        DataError: If no column is left.
    """
    left_out = {name: reason for name in columns.arrays if (reason := _reason(columns, name))}
    if not ahead:
        left_out[target] = "With ahead=0 the target cannot be an input."
    elif labelled and target not in left_out and not _all_numbers(columns, target):
        left_out[target] = f"Column {target} is not an input, because not all of its labels are numbers."
    names = tuple(name for name in columns.arrays if name not in left_out)
    if not names:
        raise DataError(f"{columns.file} has no column of numbers to predict from.", " ".join(left_out.values()))
    if not ahead:
        del left_out[target]  # nobody expects it
    return names, tuple(_notes(columns, names, left_out))


def _reason(columns: Columns, name: str) -> str:
    if columns.is_numeric(name):
        return ""
    reason, advice = columns.why_not_numeric(name)
    return f"Column {name} is not an input, because {reason}. {advice or 'To use it, write numbers in its place.'}"


def _all_numbers(columns: Columns, name: str) -> bool:
    try:
        columns.numbers(name)
    except CellError:
        return False
    return True


def _notes(columns: Columns, inputs: tuple[str, ...], left_out: Mapping[str, str]) -> Iterator[str]:
    if not left_out and not columns.unnamed:
        return
    yield from left_out.values()
    if columns.unnamed:
        one = columns.unnamed == 1
        which = "A column without a name is not an input" if one else f"{columns.unnamed} columns have no name"
        yield f"{which}. To use {'it' if one else 'them'}, write a name in the first line."
    chosen = ",".join(name if is_plain(name) else quote(name) for name in inputs)
    yield f"The inputs are {', '.join(inputs)}; inputs={chosen} chooses them without these notes."
