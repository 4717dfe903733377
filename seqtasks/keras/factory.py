"""Keras objects from settings, such as ``"sgd:momentum=0.9"``, and from the configurations of other Keras objects."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar, final

import keras

from seqtasks.catalogue.builtin import INITIALIZERS, OPTIMIZERS, keras_signature
from seqtasks.catalogue.entry import Entry
from seqtasks.errors import UsageError
from seqtasks.spec import spec
from seqtasks.spec.parameter import Signature
from seqtasks.spec.spec import Spec

DECORATOR: Final = '@keras.saving.register_keras_serializable(package="...")'

Thing = TypeVar("Thing")


@final
class KerasShelves:
    """Optimizers and initializers by name, for specs in settings.

    Args:
        shelves: The entries of each kind by name.
    """

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
        """The entry's own spelling of a typed name."""
        return self.entry(shelf, name).name

    def signature(self, shelf: str, name: str) -> Signature:
        """The parameters, read from Keras's source."""
        return keras_signature(self.entry(shelf, name))


SHELVES: Final = KerasShelves(
    {"optimizers": {e.name: e for e in OPTIMIZERS}, "initializers": {e.name: e for e in INITIALIZERS}}
)


def from_setting(shelf: str, setting: Any) -> Any:
    """The Keras object that a setting names.

    Args:
        shelf: ``optimizers`` or ``initializers``.
        setting: A text such as ``"sgd:momentum=0.9"``, a spec, or a Keras object, which is returned unchanged.

    Example:
        >>> from_setting("initializers", "constant:value=3.0").value
        3.0
    """
    if isinstance(setting, str):
        setting = spec.parse(setting, shelf, SHELVES)
    if not isinstance(setting, Spec):
        return setting
    return SHELVES.entry(shelf, setting.name).load()(**setting.settings)


def configuration(thing: Any) -> dict[str, Any]:
    """The configuration of a Keras object.

    Raises:
        UsageError: If its ``get_config`` raises.
    """
    try:
        config: dict[str, Any] = thing.get_config()
    except Exception as error:  # get_config may be the user's code
        raise _error(thing, None, error) from error
    return config


def copy(thing: Thing, **changes: Any) -> Thing:
    """A new object of the same class and configuration.

    Args:
        thing: A Keras object: a cell, an initializer, an optimizer.
        changes: Values that replace those of its configuration.

    Raises:
        UsageError: If Keras cannot make it from its configuration.

    Example:
        >>> copy(keras.layers.GRUCell(3), units=4).units
        4
    """
    config = {**configuration(thing), **changes}
    of: Any = type(thing)
    try:
        new: Thing = of.from_config(config)
    except Exception as error:  # from_config and the constructor may be the user's code
        raise _error(thing, config, error) from error
    return new


def check_serializable(thing: Any) -> None:
    """Check that Keras can serialize an object and read it back, as copies and pickles do.

    Raises:
        UsageError: If it cannot.
    """
    configuration(thing)
    config = keras.saving.serialize_keras_object(thing)
    try:
        keras.saving.deserialize_keras_object(config)
    except Exception as error:  # from_config and the constructor may be the user's code
        raise _error(thing, config, error) from error


def _error(thing: Any, config: Any, error: Exception) -> UsageError:
    subject = f"{type(thing).__name__} cannot be created from its configuration"
    if any(getattr(value, "__name__", "") == "<lambda>" for value in vars(thing).values()):
        return UsageError(
            f"{subject}: it has a lambda.", f"Define the function with def, and put {DECORATOR} above it."
        )
    part = _unregistered(config)
    if part is None:
        why = " ".join(str(error).rpartition("Exception encountered: ")[2].split()).partition(". ")[0].removesuffix(".")
        return UsageError(
            f"{subject}: {type(error).__name__}: {why}.",
            "Its get_config must return the arguments of its constructor, each a number, a text, or a Keras object.",
        )
    if part["class_name"] == "function":
        name, rest = part["config"], "."
    else:
        name, rest = part["class_name"], ", whose get_config must return the arguments of its constructor."
    return UsageError(f"{subject}: {name} is not registered with Keras.", f"Put {DECORATOR} above {name}{rest}")


def _unregistered(config: Any) -> Mapping[str, Any] | None:
    """The innermost part of a configuration that is a user's class or function which Keras does not know."""
    if isinstance(config, list | tuple):
        return next((found for part in config if (found := _unregistered(part)) is not None), None)
    if not isinstance(config, Mapping):
        return None
    inner = _unregistered(list(config.values()))
    if inner is not None or not {"class_name", "config", "registered_name"} <= set(config):
        return inner
    if config["registered_name"] is None or str(config["module"]).partition(".")[0] == "keras":
        return None  # a user's class has a registered name; its module is None if it was defined in a script
    name = config["config"] if config["class_name"] == "function" else config["registered_name"]
    return config if keras.saving.get_registered_object(name) is None else None
