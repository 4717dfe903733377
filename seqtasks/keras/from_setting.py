"""Keras optimizers and initializers from what a setting says: a name, a text, a spec, or an object already."""

from collections.abc import Mapping
from typing import Any, Final, final

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.keras_names import INITIALIZERS, OPTIMIZERS, signature
from seqtasks.errors import UsageError
from seqtasks.spec import spec
from seqtasks.spec.signature import Signature
from seqtasks.spec.spec import Spec


@final
class KerasShelves:
    """The names of Keras's own parts, for specs in settings."""

    def __init__(self, shelves: Mapping[str, Mapping[str, Entry]]) -> None:
        self._shelves = shelves

    def entry(self, shelf: str, name: str) -> Entry:
        """The entry of that name; ``_`` and ``-`` are the same.

        Raises:
            UsageError: If the shelf has no such name.
        """
        names = self._shelves[shelf]
        try:
            return names[name.replace("_", "-")]
        except KeyError:
            hint = f"{spec.closest(name, list(names))}One of: {', '.join(names)}."
            raise UsageError(f"There is no {shelf.removesuffix('s')} named {name!r}.", hint) from None

    def resolve(self, shelf: str, name: str) -> str:
        """The entry's own name for what was typed."""
        return self.entry(shelf, name).name

    def signature(self, shelf: str, name: str) -> Signature:
        """The parameters, read from Keras's source."""
        return signature(self.entry(shelf, name))


SHELVES: Final = KerasShelves(
    {"optimizers": {e.name: e for e in OPTIMIZERS}, "initializers": {e.name: e for e in INITIALIZERS}}
)


def from_setting(shelf: str, setting: Any) -> Any:
    """The Keras object that a setting means.

    Args:
        shelf: ``optimizers`` or ``initializers``.
        setting: A text such as ``"sgd:momentum=0.9"``, the spec of one, or an object, which is passed on as it is.

    Example:
        >>> from_setting("initializers", "constant:value=3.0").value
        3.0
    """
    if isinstance(setting, str):
        setting = spec.parse(setting, shelf, SHELVES)
    if not isinstance(setting, Spec):
        return setting
    return SHELVES.entry(shelf, setting.name).load()(**setting.settings)
