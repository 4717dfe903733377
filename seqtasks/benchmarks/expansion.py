"""A spec with lists stands for several specs: ``delay:lag=[1,2,4]`` for three."""

from collections.abc import Iterator
from itertools import product

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.spec.parameter import Parameter, Raw
from seqtasks.spec.spec import Spec, build, split


def expanded(host: Host, shelf: str, text: str) -> list[Spec]:
    """Every combination of the listed values.

    A list in brackets is a list of alternatives, unless the setting itself takes a list, as ``lags`` of ``echo`` does.

    Args:
        host: Where the names are looked up.
        shelf: The shelf of the name.
        text: The spec.

    Raises:
        UsageError: If anything in it is wrong, or a list is empty.

    Example:
        >>> [str(spec) for spec in expanded(Host.start(environ={}), "tasks", "delay:lag=[2,4],symbols=4")]
        ['delay:lag=2,symbols=4', 'delay:lag=4,symbols=4']
    """
    name, raws = split(text)
    lists = {key: raw.pieces for key, raw in raws.items() if raw.bracketed and not _takes_list(host, shelf, name, key)}
    for key, pieces in lists.items():
        if not pieces:
            raise UsageError(f"The list of {key} in {text!r} is empty.", f"List values, such as {key}=[1,2].")
    found = []
    for values in product(*lists.values()):
        chosen = {key: Raw((piece,)) for key, piece in zip(lists, values, strict=True)}
        found.append(build(shelf, name, raws | chosen, host))
    return found


def _takes_list(host: Host, shelf: str, name: str, key: str) -> bool:
    """Whether the setting is a list; a setting that does not exist is reported when the spec is built."""
    return any(parameter.many for parameter in _parameter(host, shelf, name, key))


def _parameter(host: Host, shelf: str, name: str, key: str) -> Iterator[Parameter]:
    """The parameter of a key. A dotted key belongs to the entry that the spec names by default."""
    first, _, rest = key.partition(".")
    for parameter in host.signature(shelf, name).parameters:
        if parameter.name != first:
            continue
        if not rest:
            yield parameter
        elif parameter.shelf is not None and isinstance(parameter.default, str):
            yield from _parameter(host, parameter.shelf, split(parameter.default)[0], rest)
