"""Methods that leave their object unchanged if they fail."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

Method = TypeVar("Method", bound=Callable[..., Any])


class AbstractTransactional(ABC):
    """An object whose :func:`atomic` methods restore its state if they fail."""

    @abstractmethod
    def _snapshot(self) -> Callable[[], None]:
        """A function that restores the object's current state; cheap, because every atomic call takes a snapshot."""


def atomic(method: Method) -> Method:
    """Make a method of an :class:`AbstractTransactional` restore the state of its object if it raises an exception.

    Exceptions include ``KeyboardInterrupt``, which any line of the method may raise.
    """

    @wraps(method)
    def wrapper(self: AbstractTransactional, /, *args: Any, **kwargs: Any) -> Any:
        restore = self._snapshot()
        try:
            return method(self, *args, **kwargs)
        except BaseException:
            restore()
            raise

    return cast(Method, wrapper)


def restorer(thing: Any) -> Callable[[], None]:
    """A function that restores the current attributes of an object; it does not copy their values."""
    before = dict(vars(thing))

    def restore() -> None:
        vars(thing).clear()
        vars(thing).update(before)

    return restore
