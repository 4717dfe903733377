"""Estimators whose settings are specs: a setting of a spec is a setting of the estimator."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Self

from sklearn.base import BaseEstimator

from seqtasks.errors import SeqtasksError, UsageError
from seqtasks.estimators.training.recipe import change_spec, spec_settings
from seqtasks.estimators.transaction import AbstractTransactional, atomic
from seqtasks.spec.spec import Spec

SHELVES: Final = {
    "model": "models",
    "trainer": "trainers",
    "optimizer": "optimizers",
}  # shelves of names


class AbstractSpecEstimator(AbstractTransactional, BaseEstimator):
    """An estimator with the settings ``model``, ``trainer`` or ``optimizer``, each a spec or another object."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The settings by name; with ``deep`` those of specs as well, such as ``model__units``."""
        params: dict[str, Any] = super().get_params(deep)
        return {**self._spec_params(), **params} if deep else params

    def _spec_params(self) -> dict[str, Any]:
        params: dict[str, Any] = {}
        for name, shelf in SHELVES.items():
            value = getattr(self, name, None)
            if isinstance(value, str | Spec):
                try:
                    params |= {f"{name}__{key}": own for key, own in spec_settings(shelf, value).items()}
                except SeqtasksError:  # fit raises this error
                    continue
        return params

    @atomic
    def set_params(self, **params: Any) -> Self:
        """Change settings; ``model__units=8`` changes a spec, ``trainer__optimizer__momentum`` a spec nested in it.

        Raises:
            ValueError: If the estimator has no such setting.
            UsageError: If a spec has no such key, or the value is out of range.
        """
        nested: dict[str, dict[str, Any]] = {}
        own = {}
        for key, value in params.items():
            name, _, rest = key.partition("__")
            if rest and name in SHELVES:
                nested.setdefault(name, {})[rest.replace("__", ".")] = value
            else:
                own[key] = value
        super().set_params(**own)
        for name, values in nested.items():
            with hints_in_messages():
                setattr(self, name, self._change_spec(name, values))
        return self

    def _change_spec(self, name: str, values: dict[str, Any]) -> str:
        value = getattr(self, name)
        if isinstance(value, str | Spec):
            return change_spec(SHELVES[name], value, values)
        key = next(iter(values)).replace(".", "__")
        raise ValueError(f"{name}__{key} is set, and {name} is {value!r}, not a spec. Set {key} in {name} itself.")


@contextmanager
def hints_in_messages() -> Iterator[None]:
    """Append the hint of a UsageError to its message, because notebooks and logs show the message alone."""
    try:
        yield
    except UsageError as error:
        raise UsageError(f"{error.message} {error.hint}".rstrip()) from None
