"""How a cell becomes a model."""

from dataclasses import dataclass, field
from typing import Any

from seqtasks.catalogue.cell_model import CellModel
from seqtasks.catalogue.entry import Entry
from seqtasks.spec.parameter import REQUIRED, Parameter, Range, Signature


@dataclass
class Wrapped:
    """The parameters for the cell and its settings are neither first nor next to each other."""

    layers: int = 1
    cell: Any = None
    dropout: float = 0.0
    settings: dict = field(default_factory=dict)


MODEL = CellModel(Entry("wrapped", "", f"{__name__}:Wrapped"))
CELL = Signature((Parameter("units", default=REQUIRED), Parameter("leak", "float", default=0.5)))
WRAPPED = Signature(
    (
        Parameter("layers", "int", default=1),
        Parameter("cell", default=None),
        Parameter("dropout", "float", default=0.0),
        Parameter("settings", default=None),
    )
)


def test_parameters_are_distinguished_by_name(monkeypatch):
    """The cell and its settings are left out wherever they are in the model's signature."""
    monkeypatch.setattr("seqtasks.catalogue.cell_model.read", lambda target: WRAPPED)
    assert [parameter.name for parameter in MODEL.parameters()] == ["layers", "dropout"]
    signature = MODEL.signature(CELL)
    assert [parameter.name for parameter in signature.parameters] == ["units", "leak", "layers", "dropout"]
    assert signature.parameters[0] == Parameter("units", "int", default=16, range=Range(low=1))


def test_parts_are_the_inverse_of_arguments(monkeypatch):
    """The parts of a model are the cell and the settings that it was built from."""
    monkeypatch.setattr("seqtasks.catalogue.cell_model.read", lambda target: WRAPPED)
    settings = {"units": 4, "leak": 0.25, "layers": 2, "dropout": 0.1}
    arguments = MODEL.arguments(int, settings)
    assert arguments == {"cell": int, "settings": {"units": 4, "leak": 0.25}, "layers": 2, "dropout": 0.1}
    cell, found = MODEL.parts(Wrapped(**arguments))
    assert (cell, vars(found)) == (int, settings)
    assert MODEL.is_made(Wrapped())
    assert not MODEL.is_made(3)
