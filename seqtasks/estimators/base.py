"""What every estimator is: settings that are specs, and a fitted state that is plain arrays."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from typing import Annotated, Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from seqtasks.errors import SeqtasksError, UsageError
from seqtasks.estimators import keras_settings, saved, settings
from seqtasks.estimators.recipe import Recipe
from seqtasks.estimators.specs import changed, settings_of
from seqtasks.estimators.transaction import AbstractTransactional, atomic, restorer
from seqtasks.spec.parameter import Range
from seqtasks.spec.spec import Spec

SHELVES = {"model": "models", "trainer": "trainers", "optimizer": "optimizers"}  # settings that name an entry


@dataclass(kw_only=True, eq=False, repr=False)
class AbstractRecurrentEstimator(AbstractTransactional, BaseEstimator):
    """A recurrent network as a scikit-learn estimator. Subclasses are final.

    Args:
        model: A model or cell by name or spec, such as ``"lru:units=32"``, a model, or a Keras cell.
        trainer: A trainer by name or spec, or a trainer.
        optimizer: Takes the place of the trainer's: a name, a spec or a Keras optimizer; None for the trainer's own.
        learning_rate: Takes the place of the optimizer's; None for the optimizer's own.
        dtype: The precision of weights, states and gradients.
        random_state: Of initial weights and of whatever is random in training: an integer, a ``RandomState``, or None
            for another one at each fit.
    """

    model: Any = "gru"
    trainer: Any = "online"
    optimizer: Any = None
    learning_rate: Annotated[float | None, Range(above=0)] = None
    dtype: Literal["float32", "float64"] = "float32"
    random_state: Any = None

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The settings by name; with ``deep`` those of specs as well, such as ``model__units``."""
        params: dict[str, Any] = super().get_params(deep)
        return {**self._nested(), **params} if deep else params

    def _nested(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, shelf in SHELVES.items():
            value = getattr(self, name)
            if isinstance(value, str | Spec):
                try:
                    found |= {f"{name}__{key}": own for key, own in settings_of(shelf, value).items()}
                except SeqtasksError:  # no spec yet; what is wrong with it is said when it is used
                    continue
        return found

    @atomic
    def set_params(self, **params: Any) -> Self:
        """Change settings; ``model__units=8`` changes a spec, and ``trainer__optimizer__momentum`` a spec in it.

        Raises:
            ValueError: If there is no such setting.
            UsageError: If a spec has no such key, or the value is out of range.
        """
        inner: dict[str, dict[str, Any]] = {}
        plain = {}
        for key, value in params.items():
            name, _, rest = key.partition("__")
            if rest and name in SHELVES:
                inner.setdefault(name, {})[rest.replace("__", ".")] = value
            else:
                plain[key] = value
        super().set_params(**plain)
        for name, values in inner.items():
            with _hints_in_messages():
                setattr(self, name, self._changed(name, values))
        return self

    def _changed(self, name: str, values: dict[str, Any]) -> str:
        value = getattr(self, name)
        if isinstance(value, str | Spec):
            return changed(SHELVES[name], value, values)
        inner = next(iter(values)).replace(".", "__")
        raise ValueError(f"{name}__{inner} is set, and {name} is {value!r}, no text. Set it in {name} itself.")

    def save(self, path: str | PathLike[str], *, force: bool = False) -> None:
        """Write the fitted estimator: a zip of JSON and plain arrays, nothing pickled.

        Settings that are texts, numbers, specs, None, or lists or dicts of them are kept. A ``RandomState``, callbacks,
        cells, optimizers, metrics and losses that are objects or functions are refused: they would have to be code.

        Args:
            path: The file; such a file is replaced, any other only with ``force``.
            force: Whether any file may be replaced.

        Raises:
            NotFittedError: If it is not fitted.
            UsageError: If a setting is an object that no text can describe, or the file cannot be written.
        """
        saved.save(self, path, force)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """The fitted estimator that :meth:`save` wrote. No code of the file is run.

        Raises:
            DataError: If it is no such file, or of another class, or a plugin that it needs is missing.
        """
        return saved.load(cls, path)

    def __sklearn_clone__(self) -> Self:
        """A copy of the settings, as scikit-learn's ``clone`` asks for.

        Raises:
            UsageError: If a setting holds a Keras object that Keras cannot make again.
        """
        with _hints_in_messages():
            keras_settings.check(self)
        copied: Self = super().__sklearn_clone__()
        return copied

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled and deep-copied.

        Raises:
            UsageError: If a setting holds a Keras object that Keras cannot make again.
        """
        with _hints_in_messages():
            keras_settings.check(self)
        state: dict[str, Any] = super().__getstate__()
        return state

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_trained")

    def _recipe(self) -> Recipe:
        """What today's settings mean, checked; nothing heavy is loaded.

        Raises:
            UsageError: If one is wrong.
        """
        loss = getattr(self, "loss", None)
        with _hints_in_messages():
            settings.check(self)
            return Recipe.of(self.model, self.trainer, self.optimizer, self.learning_rate, self.dtype, loss)

    def _snapshot(self) -> Callable[[], None]:
        """What puts settings, fitted attributes, training and a ``RandomState`` back."""
        put_back_attributes, trained = restorer(self), vars(self).get("_trained")
        put_back_training = None if trained is None else trained.snapshot()
        random = self.random_state
        drawn = random.get_state() if isinstance(random, np.random.RandomState) else None

        def put_back() -> None:
            put_back_attributes()
            if put_back_training is not None:
                put_back_training()
            if drawn is not None:
                random.set_state(drawn)

        return put_back

    def _seed(self) -> int:
        """A seed drawn from ``random_state``; no global state is read unless it is None."""
        return int(check_random_state(self.random_state).randint(2**31 - 1))


@contextmanager
def _hints_in_messages() -> Iterator[None]:
    """Have the message say what settings take: notebooks and logs show it alone, without what is noted beside."""
    try:
        yield
    except UsageError as error:
        raise UsageError(f"{error.message} {error.hint}".rstrip()) from None
