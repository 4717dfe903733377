"""Settings held against the types and ranges in their own signature."""

from numbers import Integral, Real
from typing import Any, Final

import numpy as np

from seqtasks.errors import UsageError
from seqtasks.spec.parameter import Parameter
from seqtasks.spec.signature import read

TYPES: Final[dict[str, Any]] = {"int": Integral, "float": Real, "bool": bool | np.bool_, "str": str, "any": object}


def check(estimator: Any) -> None:
    """Hold every setting of an estimator against its class's signature.

    Raises:
        UsageError: If one is of another type, out of range, or not among the choices.
    """
    kind = next(each for each in type(estimator).__mro__ if each.__module__.startswith("seqtasks."))  # an heir's, too
    for parameter in read(f"{kind.__module__}:{kind.__qualname__}").parameters:
        given = getattr(estimator, parameter.name)
        if parameter.type == "any" or (parameter.optional and given is None):
            continue
        if not _is_of(parameter, given):
            raise UsageError(f"{kind.__name__}: {parameter.name} is {given!r}.", parameter.allowed())
        parameter.check(given.item() if isinstance(given, np.generic) else given, kind.__name__)


def _is_of(parameter: Parameter, given: Any) -> bool:
    is_truth = isinstance(given, bool | np.bool_)
    return isinstance(given, TYPES[parameter.type]) and is_truth == (parameter.type == "bool")
