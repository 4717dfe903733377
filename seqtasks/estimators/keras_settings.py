"""Keras objects among an estimator's settings, which copies, clones and pickles make again."""

from collections.abc import Iterator
from typing import Any, Final

from seqtasks.lazy import LazyImport

_CHECK: Final = LazyImport("seqtasks.keras.factory:check_serializable")


def check(estimator: Any) -> None:
    """Refuse an estimator with a Keras object that Keras cannot make again; nothing is loaded where there is none.

    Raises:
        UsageError: If so.
    """
    for thing in _keras_objects(estimator.get_params(deep=False).values()):
        _CHECK(thing)


def _keras_objects(settings: Any) -> Iterator[Any]:
    for setting in settings:
        if isinstance(setting, list | tuple):
            yield from _keras_objects(setting)
        elif not isinstance(setting, type) and hasattr(setting, "get_config"):
            yield setting
