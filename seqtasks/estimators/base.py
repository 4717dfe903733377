"""The base class of all estimators: settings that are specs, and a fitted state of plain arrays."""

from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from typing import Annotated, Any, Literal, Self

import numpy as np
from sklearn.utils import check_random_state

from seqtasks.estimators import estimator_file
from seqtasks.estimators.spec_estimator import AbstractSpecEstimator, hints_in_messages
from seqtasks.estimators.training.recipe import Recipe, check_serializable
from seqtasks.estimators.transaction import restorer
from seqtasks.spec.parameter import Range


@dataclass(kw_only=True, eq=False, repr=False)
class AbstractRecurrentEstimator(AbstractSpecEstimator):
    """A recurrent network as a scikit-learn estimator. Subclasses are final.

    Args:
        model: A model or cell by name or spec, such as ``"lru:units=32"``, a model, or a Keras cell.
        trainer: A trainer by name or spec, or a trainer.
        optimizer: Replaces the trainer's optimizer: a name, a spec or a Keras optimizer; None for the trainer's own.
        learning_rate: Replaces the optimizer's learning rate; None for the optimizer's own.
        dtype: The dtype of weights, states and gradients.
        random_state: The seed of initial weights and of all randomness in the training: an integer, a ``RandomState``,
            or None for a different seed at each fit.
    """

    model: Any = "gru"
    trainer: Any = "online"
    optimizer: Any = None
    learning_rate: Annotated[float | None, Range(above=0)] = None
    dtype: Literal["float32", "float64"] = "float32"
    random_state: Any = None

    def save(self, path: str | PathLike[str], *, force: bool = False) -> None:
        """Write the fitted estimator to a zip of JSON and plain arrays, without pickle.

        The file holds settings that are strings, numbers, specs, None, or lists or dicts of them. It cannot hold a
        ``RandomState``, or callbacks, cells, optimizers, metrics and losses that are objects or functions.

        Args:
            path: The file. An estimator file is replaced; another file only with ``force``.
            force: Whether to replace any file.

        Raises:
            NotFittedError: If the estimator is not fitted.
            UsageError: If a setting is an object that a file cannot hold, or the file cannot be written.
        """
        estimator_file.save(self, path, force=force)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a fitted estimator that :meth:`save` wrote. No code from the file is run.

        Raises:
            DataError: If it is not such a file, holds another class, or needs a plugin that is not installed.
        """
        return estimator_file.load_as(cls, path)

    def __sklearn_clone__(self) -> Self:
        """A new estimator with the same settings, for scikit-learn's ``clone``.

        Raises:
            UsageError: If Keras cannot serialize a Keras object among the settings.
        """
        with hints_in_messages():
            check_serializable(self)
        clone: Self = super().__sklearn_clone__()
        return clone

    def __getstate__(self) -> dict[str, Any]:
        """The state for pickles and deep copies.

        Raises:
            UsageError: If Keras cannot serialize a Keras object among the settings.
        """
        with hints_in_messages():
            check_serializable(self)
        state: dict[str, Any] = super().__getstate__()
        return state

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_fitted")

    def _recipe(self) -> Recipe:
        """The recipe of the current settings, checked; no heavy library is loaded.

        Raises:
            UsageError: If a setting is wrong.
        """
        with hints_in_messages():
            return Recipe.of(self)

    def _snapshot(self) -> Callable[[], None]:
        """A function that restores settings, fitted attributes, the training and a ``RandomState``."""
        restore_attributes, fitted = restorer(self), vars(self).get("_fitted")
        restore_training = None if fitted is None else fitted.snapshot()
        random = self.random_state
        random_state = random.get_state() if isinstance(random, np.random.RandomState) else None

        def restore() -> None:
            restore_attributes()
            if restore_training is not None:
                restore_training()
            if random_state is not None:
                random.set_state(random_state)

        return restore

    def _seed(self) -> int:
        """A seed drawn from ``random_state``; the global random state is used only if it is None."""
        return int(check_random_state(self.random_state).randint(2**31 - 1))
