"""How a cell of the catalogue becomes a model: the settings of both, in one signature and in one spec."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, Final, final

from seqtasks.catalogue.entry import Entry
from seqtasks.spec.parameter import REQUIRED, Parameter, Range, Signature
from seqtasks.spec.signature import read

CELL: Final = "cell"  # the model's parameter for the class of the cell
SETTINGS: Final = "settings"  # the model's parameter for the cell's settings


@final
@dataclass(frozen=True, slots=True)
class CellModel:
    """The class of the models that cells become.

    Args:
        entry: The class. It has a parameter ``cell`` for the class of a cell, a parameter ``settings`` for the settings
            of the cell, and parameters of its own, such as ``layers``.
    """

    entry: Entry

    def parameters(self) -> tuple[Parameter, ...]:
        """The model's own parameters: those of its class except the cell and the cell's settings."""
        parameters = read(self.entry.target).parameters
        return tuple(parameter for parameter in parameters if parameter.name not in (CELL, SETTINGS))

    def signature(self, cell: Signature) -> Signature:
        """The parameters of the model of a cell: the cell's, then the model's; ``units`` has a default.

        Args:
            cell: The signature of the cell's class.
        """
        own = self.parameters()
        names = {parameter.name for parameter in own}
        of_cell = tuple(_with_default_units(parameter) for parameter in cell.parameters if parameter.name not in names)
        return replace(cell, parameters=of_cell + own)

    def arguments(self, cell: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The keyword arguments for the model's class.

        Args:
            cell: The cell's class.
            settings: The values of all parameters of :meth:`signature`.
        """
        of_cell = dict(settings)
        own = {parameter.name: of_cell.pop(parameter.name) for parameter in self.parameters()}
        return {CELL: cell, SETTINGS: of_cell, **own}

    def is_made(self, thing: Any) -> bool:
        """Whether an object is a model of this class; the class is not imported for that."""
        return f"{type(thing).__module__}:{type(thing).__qualname__}" == self.entry.target

    def parts(self, model: Any) -> tuple[type, SimpleNamespace]:
        """The cell's class, and all settings as attributes: the inverse of :meth:`arguments`."""
        own = {parameter.name: getattr(model, parameter.name) for parameter in self.parameters()}
        return getattr(model, CELL), SimpleNamespace(**getattr(model, SETTINGS), **own)


def _with_default_units(parameter: Parameter) -> Parameter:
    if parameter.name == "units" and parameter.default is REQUIRED:
        return replace(parameter, type="int", default=16, range=parameter.range or Range(low=1))
    return parameter
