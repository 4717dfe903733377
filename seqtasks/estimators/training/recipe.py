"""The settings of an estimator that name a model, a trainer and an optimizer: checked, looked up, and built."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from numbers import Integral, Real
from typing import Any, Final, Self, cast, final

import numpy as np

from seqtasks.catalogue.host import Host
from seqtasks.core.model import AbstractModel
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import Objective, Shapes
from seqtasks.core.trainer import AbstractTrainer
from seqtasks.errors import UsageError
from seqtasks.lazy import LazyImport
from seqtasks.spec import spec
from seqtasks.spec.parameter import Parameter, Piece, Raw
from seqtasks.spec.signature import read
from seqtasks.spec.spec import Spec

FEED_SETTINGS: Final = ("sequences", "length", "validation", "patience")  # of a trainer; without effect on an estimator
TYPES: Final[dict[str, Any]] = {"int": Integral, "float": Real, "bool": bool | np.bool_, "str": str, "any": object}

_LOSS: Final = LazyImport("seqtasks.keras.loss:KerasLoss")
_OF_CELL: Final = LazyImport("seqtasks.models.of_cell:OfCell")
_SERIALIZABLE: Final = LazyImport("seqtasks.keras.factory:check_serializable")


@final
@dataclass(frozen=True)
class Recipe:
    """A model and a trainer, with the settings of the estimator that replace settings of the trainer.

    Args:
        model: A recorded spec, or an object with ``build``.
        trainer: A recorded spec, or an object with ``learner``.
        optimizer: A Keras optimizer that replaces the trainer's; None for the trainer's own.
        dtype: ``float32`` or ``float64``.
        loss: A Keras loss that replaces squared error or cross-entropy; None for these.
        divisor: ``steps`` or ``weights``, which replaces the ``divisor`` of a trainer that has one; None for the
            trainer's own.
        means: (O,), the means by which real targets are standardized, if ``loss`` is that of values in their own unit.
        scales: (O,), the scales. Both are empty if the loss is that of the targets as the network learns them.
    """

    model: Any
    trainer: Any
    optimizer: Any
    dtype: str
    loss: Any = None
    divisor: str | None = None
    means: tuple[float, ...] = ()
    scales: tuple[float, ...] = ()

    @classmethod
    def of(cls, estimator: Any) -> Self:
        """The recipe of an estimator's current settings, checked; no heavy library is loaded.

        Args:
            estimator: Has ``model`` (a name, a spec, a model or a Keras cell), ``trainer`` (a name, a spec or a
                trainer), ``optimizer`` (a name, a spec, a Keras optimizer or None), ``learning_rate`` (a number or
                None) and ``dtype``; estimators of sequences have ``loss`` and ``divisor`` as well.

        Raises:
            UsageError: If a name, a key or a value is wrong, or an object has a setting that is also set outside it.
        """
        check_settings(estimator)
        optimizer, learning_rate, trainer = estimator.optimizer, estimator.learning_rate, estimator.trainer
        host = current_host()
        named = optimizer is None or isinstance(optimizer, str | Spec)
        if not named and learning_rate is not None:
            raise _set_twice("learning_rate", optimizer)
        if isinstance(trainer, str | Spec):
            own = {} if optimizer is None or not named else {"optimizer": str(optimizer)}
            own |= {} if learning_rate is None else {"optimizer.learning_rate": learning_rate}
            recorded = host.spec("trainers", change_spec("trainers", trainer, own) if own else trainer)
            if not named and "optimizer" not in recorded.settings:
                raise UsageError(f"The trainer {recorded.name} has no optimizer to replace.", "Leave out optimizer.")
            trainer = recorded.recorded()
        elif not hasattr(trainer, "learner"):
            raise UsageError(
                f"{trainer!r} is not a trainer.", "Pass a name, a spec such as NAME:key=value, or a trainer."
            )
        elif optimizer is not None or learning_rate is not None:
            raise _set_twice("learning_rate" if optimizer is None else "optimizer", trainer)
        return cls(
            _check_model(host, estimator.model),
            trainer,
            None if named else optimizer,
            estimator.dtype,
            getattr(estimator, "loss", None),
            getattr(estimator, "divisor", None),
        )

    def build_model(self) -> AbstractModel:
        """The model; for a cell, the standard model of it."""
        model = self._build("models", self.model)
        if hasattr(model, "state_size"):  # a cell, which has another method build
            model = _OF_CELL(model)
        return cast(AbstractModel, model)

    def build_network(self, shapes: Shapes, seed: int) -> AbstractNetwork:
        """A new network.

        Raises:
            UsageError: If the model does not support these shapes or this dtype.
        """
        return self.build_model().build(shapes, seed, dtype=self.dtype)

    def objective(self, shapes: Shapes, depth: int | None) -> Objective:
        """The objective that the trainer minimizes.

        Raises:
            ValueError: If Keras has no such loss.
        """
        return Objective(shapes, depth, None if self.loss is None else self._build_loss(shapes))

    def _build_loss(self, shapes: Shapes) -> Any:
        return _LOSS(self.loss, shapes.kind, tuple(self.means), tuple(self.scales))

    def build_trainer(self) -> AbstractTrainer:
        """The trainer, with the optimizer and the divisor of this recipe.

        Raises:
            UsageError: If the trainer has settings of how a run draws its data.
        """
        trainer: AbstractTrainer = self._build("trainers", self.trainer)
        if is_dataclass(trainer):
            _check_feed_settings(trainer)
        if self.divisor is not None and hasattr(trainer, "divisor"):
            trainer = replace(cast(Any, trainer), divisor=self.divisor)
        return trainer

    def _build(self, shelf: str, recorded: Any) -> Any:
        if not isinstance(recorded, str):
            return recorded
        host = current_host()
        found = host.spec(shelf, recorded)
        if shelf == "trainers" and self.optimizer is not None:
            items = tuple((key, self.optimizer if key == "optimizer" else own) for key, own in found.items)
            found = replace(found, items=items)
        return host.make(shelf, found)


def current_host() -> Host:
    """The host of all installed names.

    A search through the installed packages takes ten milliseconds, and one fit looks up several names; the host is
    reused until a package is installed or removed, or the environment variables change.
    """
    folders = tuple((folder, _modified(folder)) for folder in sys.path)
    return _start_host(folders, *(os.environ.get(f"SEQTASKS_{name}") for name in ("PLUGINS", "BLOCK")))


@lru_cache(maxsize=1)
def _start_host(*_: Any) -> Host:
    return Host.start()


def _modified(folder: str) -> int:
    """The time at which an entry of the folder was last added or removed; 0 if the folder does not exist."""
    try:
        return os.stat(folder or ".").st_mtime_ns
    except OSError:
        return 0


def spec_settings(shelf: str, text: str | Spec) -> dict[str, Any]:
    """Every setting of a spec; those of nested specs under ``key__inner``.

    Raises:
        UsageError: If the text is not a spec.

    Example:
        >>> spec_settings("trainers", "online:window=3")["window"]
        3
    """
    return _flatten(current_host().spec(shelf, text))


def _flatten(parsed: Spec) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for key, own in parsed.items:
        if isinstance(own, Spec):
            settings |= {f"{key}__{inner}": nested for inner, nested in _flatten(own).items()}
        settings[key] = str(own) if isinstance(own, Spec) else own
    return settings


def change_spec(shelf: str, text: str | Spec, settings: Mapping[str, Any]) -> str:
    """The text of a spec with some settings changed.

    Args:
        shelf: The shelf of its name.
        text: The spec.
        settings: The new values by key. Keys of nested specs are dotted; a new nested spec loses its old settings.

    Raises:
        UsageError: If the spec has no such key, or a value is out of range.

    Example:
        >>> change_spec("models", "gru:units=8", {"units": 4, "layers": 2})
        'gru:units=4,layers=2'
    """
    name, raws = spec.split(str(text))
    others = {key: raw for key, raw in raws.items() if not any(key.startswith(f"{each}.") for each in settings)}
    changed = others | {key: _raw(own) for key, own in settings.items()}
    return str(spec.build(shelf, name, changed, current_host()))


def _raw(setting: Any) -> Raw:
    many = isinstance(setting, tuple | list)
    return Raw(tuple(_piece(item) for item in (setting if many else [setting])), bracketed=many)


def _piece(setting: Any) -> Piece:
    if setting is None or isinstance(setting, bool):
        return Piece(str(setting).lower())
    return Piece(str(setting), quoted=isinstance(setting, str) and setting != "none")


def check_settings(estimator: Any) -> None:
    """Check every setting of an estimator by the types and ranges in the signature of its class.

    Raises:
        UsageError: If a setting has another type, is out of range, or is not among the choices.
    """
    # of a user's subclass, the class of seqtasks that it inherits from
    kind = next(each for each in type(estimator).__mro__ if each.__module__.startswith("seqtasks."))
    for parameter in read(f"{kind.__module__}:{kind.__qualname__}").parameters:
        setting = getattr(estimator, parameter.name)
        if parameter.type == "any" or (parameter.optional and setting is None):
            continue
        if not _has_type(parameter, setting):
            raise UsageError(f"{kind.__name__}: {parameter.name} is {setting!r}.", parameter.allowed())
        parameter.check(setting.item() if isinstance(setting, np.generic) else setting, kind.__name__)


def _has_type(parameter: Parameter, setting: Any) -> bool:
    is_bool = isinstance(setting, bool | np.bool_)
    return isinstance(setting, TYPES[parameter.type]) and is_bool == (parameter.type == "bool")


def check_serializable(estimator: Any) -> None:
    """Check that Keras can serialize the Keras objects among an estimator's settings, for copies and pickles.

    Raises:
        UsageError: If Keras cannot serialize one.
    """
    for setting in _keras_objects(estimator.get_params(deep=False).values()):
        _SERIALIZABLE(setting)


def _keras_objects(settings: Any) -> Iterator[Any]:
    for setting in settings:
        if isinstance(setting, list | tuple):
            yield from _keras_objects(setting)
        elif not isinstance(setting, type) and hasattr(setting, "get_config"):
            yield setting


def _check_model(host: Host, model: Any) -> Any:
    if isinstance(model, str | Spec):
        return host.spec("models", model).recorded()
    if hasattr(model, "return_sequences"):  # all recurrent layers of Keras have it, and no cell does
        raise UsageError(
            f"model is the layer {type(model).__name__}(...); expected its cell.",
            "Pass a cell, such as keras.layers.GRUCell(4) for keras.layers.GRU(4), or a spec such as 'gru:units=4'.",
        )
    is_layer = hasattr(model, "add_weight")  # a Keras layer, which has another method build
    if isinstance(model, type) or not (hasattr(model, "state_size") or (hasattr(model, "build") and not is_layer)):
        raise UsageError(
            f"{model!r} is neither a model nor a Keras cell.",
            "Pass a name, a spec such as 'gru:units=8', a model, or a cell such as keras.layers.GRUCell(8).",
        )
    return model


def _check_feed_settings(trainer: Any) -> None:
    for field in fields(trainer):
        if field.name in FEED_SETTINGS and getattr(trainer, field.name) != field.default:
            raise UsageError(
                f"{field.name} of the trainer {type(trainer).__name__} selects the data of a run, and an estimator "
                "trains on X and y.",
                f"Leave out {field.name}; early_stopping and n_iter_no_change are settings of the estimator.",
            )


def _set_twice(setting: str, holder: Any) -> UsageError:
    name = type(holder).__name__
    return UsageError(f"{setting} is set, and {name}(...) has its own {setting}.", f"Set it in {name}(...).")
