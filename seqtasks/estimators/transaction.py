"""Calls that happen as a whole or not at all."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

Method = TypeVar("Method", bound=Callable[..., Any])


class AbstractTransactional(ABC):
    """An object whose :func:`atomic` methods leave it as it was if they fail."""

    @abstractmethod
    def _snapshot(self) -> Callable[[], None]:
        """What puts the object back to where it is now; cheap, because every atomic call takes one."""


def atomic(method: Method) -> Method:
    """A method of an :class:`AbstractTransactional` that, if it raises anything, leaves its object as it was.

    That includes ``KeyboardInterrupt``, wherever in the method it is raised.
    """

    @wraps(method)
    def whole(self: AbstractTransactional, /, *args: Any, **kwargs: Any) -> Any:
        put_back = self._snapshot()
        try:
            return method(self, *args, **kwargs)
        except BaseException:
            put_back()
            raise

    return cast(Method, whole)


def restorer(thing: Any) -> Callable[[], None]:
    """What puts back the attributes that an object has now; the values of the attributes are not copied."""
    before = dict(vars(thing))

    def put_back() -> None:
        vars(thing).clear()
        vars(thing).update(before)

    return put_back
