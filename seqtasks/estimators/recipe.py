"""What a network and its training are made of, looked up by name; nothing heavy is loaded before it is made."""

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Final, Self, cast, final

from seqtasks.catalogue.host import Host
from seqtasks.core.dtype import check_dtype
from seqtasks.core.model import AbstractModel
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import Objective, Shapes
from seqtasks.core.trainer import AbstractTrainer
from seqtasks.errors import UsageError
from seqtasks.estimators.known import known
from seqtasks.estimators.specs import changed
from seqtasks.lazy import LazyImport
from seqtasks.spec.spec import Spec

DRAWN: Final = ("sequences", "length", "validation", "patience")  # what a run draws, and an estimator is given

_LOSS: Final = LazyImport("seqtasks.keras.loss:KerasLoss")
_OF_CELL: Final = LazyImport("seqtasks.models.of_cell:OfCell")


@final
@dataclass(frozen=True)
class Recipe:
    """A model and a trainer.

    Args:
        model: A recorded spec, or an object with ``build``.
        trainer: A recorded spec, or an object with ``learner``.
        optimizer: A Keras optimizer that takes the place of the trainer's; None for the trainer's own.
        dtype: ``float32`` or ``float64``.
        loss: A Keras loss in place of the kind's; None for that.
    """

    model: Any
    trainer: Any
    optimizer: Any
    dtype: str
    loss: Any = None

    @classmethod
    def of(cls, model: Any, trainer: Any, optimizer: Any, learning_rate: Any, dtype: Any, loss: Any = None) -> Self:
        """Check what an estimator was given.

        Args:
            model: A name, a spec, a model, or a Keras cell.
            trainer: A name, a spec, or a trainer.
            optimizer: A name, a spec, a Keras optimizer, or None for the trainer's.
            learning_rate: A number, or None for the optimizer's.
            dtype: ``float32`` or ``float64``.
            loss: A name, a Keras loss, a function, or None for the kind's.

        Raises:
            UsageError: If a name, a key or a value is wrong, or a setting is given beside an object that has its own.
        """
        check_dtype(dtype)
        host = known()
        named = optimizer is None or isinstance(optimizer, str | Spec)
        if not named and learning_rate is not None:
            raise _set_there("learning_rate", optimizer)
        if isinstance(trainer, str | Spec):
            own = {} if optimizer is None or not named else {"optimizer": str(optimizer)}
            own |= {} if learning_rate is None else {"optimizer.learning_rate": learning_rate}
            spec = host.spec("trainers", changed("trainers", trainer, own) if own else trainer)
            if not named and "optimizer" not in spec.settings:
                raise UsageError(f"The trainer {spec.name} has no optimizer to replace.", "Leave out optimizer.")
            trainer = spec.recorded()
        elif not hasattr(trainer, "learner"):
            raise UsageError(f"{trainer!r} is no trainer.", "Give a name, a spec such as NAME:key=value, or a trainer.")
        elif optimizer is not None or learning_rate is not None:
            raise _set_there("learning_rate" if optimizer is None else "optimizer", trainer)
        return cls(_model(host, model), trainer, None if named else optimizer, dtype, loss)

    def built_by(self) -> AbstractModel:
        """A new model, or the one that was given; of a cell, the standard model of it."""
        made = self._made("models", self.model)
        if hasattr(made, "state_size"):  # a cell, which has a build of its own
            made = _OF_CELL(made)
        model: AbstractModel = made
        return model

    def network(self, shapes: Shapes, seed: int) -> AbstractNetwork:
        """A new network.

        Raises:
            UsageError: If the model does not fit these shapes, or does not compute in that precision.
        """
        return self.built_by().build(shapes, seed, dtype=self.dtype)

    def objective(self, shapes: Shapes, depth: int | None) -> Objective:
        """What the trainer minimizes.

        Raises:
            ValueError: If Keras does not know the loss.
        """
        return Objective(shapes, depth, None if self.loss is None else _LOSS(self.loss, shapes.kind))

    def trained_by(self) -> AbstractTrainer:
        """A new trainer, or the one that was given.

        One that divides a mini-batch's losses by the sum of its weights is made to divide by the number of its steps,
        for there a row of weight 2 would count once where it is alone.

        Raises:
            UsageError: If it has settings that say which data to draw.
        """
        trainer: AbstractTrainer = self._made("trainers", self.trainer)
        if is_dataclass(trainer):
            _refuse_what_draws(trainer)
        if hasattr(trainer, "divisor"):
            trainer = replace(cast(Any, trainer), divisor="steps")
        return trainer

    def _made(self, shelf: str, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        host = known()
        spec = host.spec(shelf, given)
        if shelf == "trainers" and self.optimizer is not None:
            items = tuple((key, self.optimizer if key == "optimizer" else own) for key, own in spec.items)
            spec = replace(spec, items=items)
        return host.make(shelf, spec)


def _model(host: Host, model: Any) -> Any:
    if isinstance(model, str | Spec):
        return host.spec("models", model).recorded()
    if hasattr(model, "return_sequences"):  # as all recurrent layers of Keras have, and no cell
        raise UsageError(
            f"model is the layer {type(model).__name__}(...); expected its cell.",
            "Give a cell, such as keras.layers.GRUCell(4) for keras.layers.GRU(4), or a spec such as 'gru:units=4'.",
        )
    is_layer = hasattr(model, "add_weight")  # of Keras, with a build of its own
    if isinstance(model, type) or not (hasattr(model, "state_size") or (hasattr(model, "build") and not is_layer)):
        raise UsageError(
            f"{model!r} is neither a model nor a Keras cell.",
            "Give a name, a spec such as 'gru:units=8', a model, or a cell such as keras.layers.GRUCell(8).",
        )
    return model


def _refuse_what_draws(trainer: Any) -> None:
    for field in fields(trainer):
        if field.name in DRAWN and getattr(trainer, field.name) != field.default:
            raise UsageError(
                f"{field.name} of the trainer {type(trainer).__name__} says which data a run draws, and here they are "
                "given.",
                f"Leave out {field.name}; early_stopping and n_iter_no_change are settings of the estimator.",
            )


def _set_there(setting: str, thing: Any) -> UsageError:
    return UsageError(f"{setting} is given beside {type(thing).__name__}(...), which has its own.", "Set it there.")
