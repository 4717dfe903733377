"""Network files: a zip of JSON and plain arrays, from which no code is ever run.

The manifest names the model by its recorded spec, which is looked up in the catalogue; the arrays are checked against
what that model needs before they are read.
"""

import math
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Final, Self, final

from seqtasks.catalogue.host import Host
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.recipe import Recipe
from seqtasks.core.task import Encoding, Output, Shapes
from seqtasks.errors import DataError, SeqtasksError, UsageError
from seqtasks.files import archive, manifest
from seqtasks.files.network_file import MANIFEST
from seqtasks.files.output_file import OutputFile
from seqtasks.running.result import TrainedRun

FORMAT: Final = 2
READABLE: Final = (1, FORMAT)  # format 1 has one output, without a reference


@final
@dataclass(frozen=True, slots=True)
class Stored:
    """What a network file holds.

    Args:
        network: The network.
        encoding: How a row of a user's file becomes an input, and an output a value.
        model: The model's recorded spec.
        task: The task's recorded spec.
        dtype: The precision in which the network computes.
    """

    network: AbstractNetwork
    encoding: Encoding
    model: str
    task: str
    dtype: str = "float32"

    @classmethod
    def of(cls, run: TrainedRun) -> Self:
        """The one network of a run.

        Raises:
            UsageError: If there are several networks, or only a record.
        """
        if not isinstance(run, TrainedRun):
            raise UsageError("A record alone holds no network.", "Save what seqtasks.run returned.")
        if run.network is None:
            raise UsageError("A run of replicas has several networks.", "Save what seqtasks.run returned for one seed.")
        return cls(run.network, run.encoding, run.result.model, run.result.task, run.request.dtype)


def save(file: OutputFile, stored: Stored, host: Host, versions: Mapping[str, str]) -> None:
    """Write a network file.

    Args:
        file: Where to.
        stored: What it will hold.
        host: The catalogue that names the model.
        versions: Of what the network was trained with.

    Raises:
        UsageError: If the model has no name in the catalogue, so that nothing could read the file.
        DataError: If the disk refuses.
    """
    try:
        host.spec("models", stored.model)
    except SeqtasksError as error:
        raise UsageError(
            f"The model {stored.model} has no name in the catalogue, by which a file could call it.",
            "Let a plugin bring it; the tutorial First plugin shows how.",
        ) from error
    arrays = stored.network.weights()
    head = {
        "format": FORMAT,
        "model": stored.model,
        "task": stored.task,
        "dtype": stored.dtype,
        "shapes": asdict(stored.network.shapes),
        "encoding": asdict(stored.encoding),
        "versions": dict(versions),
        "weights": [list(array.shape) for array in arrays],
    }
    with file.opened() as out:
        archive.write(out, MANIFEST, head, {_member(number): array for number, array in enumerate(arrays)})


def save_run(file: OutputFile, run: TrainedRun, host: Host) -> None:
    """Write the network of a run; as :func:`save`."""
    save(file, Stored.of(run), host, run.result.versions)


def load(path: str | PathLike[str], host: Host) -> Stored:
    """Read a network file: rebuild the network by its model's name, and fill it.

    Raises:
        DataError: If it is no such file, is damaged, or names a model that is not in the catalogue.
    """
    name = fspath(path)
    try:
        with zipfile.ZipFile(Path(name).expanduser()) as file:
            return _read(name, file, host)
    except FileNotFoundError as error:
        raise DataError(f"{name} does not exist.", "seqtasks run ... --save FILE writes one.") from error
    except SeqtasksError:
        raise
    except (OSError, zipfile.BadZipFile, manifest.DamagedError) as error:
        raise _foreign(name, str(getattr(error, "strerror", None) or error)) from error
    except Exception as error:  # what parsers raise on a broken file is not ours to list
        raise _foreign(name, f"{type(error).__name__} {error}") from error


def _read(name: str, file: zipfile.ZipFile, host: Host) -> Stored:
    head = manifest.read(file, MANIFEST)
    if head["format"] not in READABLE:
        raise DataError(
            f"{name} has format {head['format']}; this seqtasks reads formats {READABLE[0]} to {FORMAT}.",
            "Install the version of seqtasks that wrote it.",
        )
    shapes = Shapes(**head["shapes"])
    _check_shapes(shapes)
    encoding = _encoding(head["encoding"], shapes)
    dtype = str(head.get("dtype", "float32"))  # absent from files of versions that computed in nothing else
    network = _network(name, str(head["model"]), shapes, dtype, host)
    needed = network.weights()
    if head["weights"] != [list(array.shape) for array in needed]:
        raise _foreign(name, f"its weights do not have the shapes of {head['model']}")
    network.load([archive.array(file, _member(n), array.shape, array.dtype) for n, array in enumerate(needed)])
    return Stored(network, encoding, str(head["model"]), str(head["task"]), dtype)


def _network(name: str, model: str, shapes: Shapes, dtype: str, host: Host) -> AbstractNetwork:
    needs = f"{name} needs the model {model.partition(':')[0]}"
    try:
        spec = host.spec("models", model)
    except SeqtasksError as error:
        raise DataError(
            f"{needs}: {error.message}", "If a plugin brings it, install the plugin or name it with --plugin."
        ) from error
    try:
        network: AbstractNetwork = host.make("models", spec).build(shapes, 0, dtype=dtype)
    except SeqtasksError as error:
        raise DataError(f"{needs}: {error.message}", error.hint) from error
    return network


def _check_shapes(shapes: Shapes) -> None:
    whole = all(isinstance(n, int) and 0 < n < 2**31 for n in (shapes.inputs, shapes.outputs))
    if not whole or shapes.kind not in ("real", "binary", "class") or not isinstance(shapes.symbols, bool):
        raise ValueError(f"its shapes are {shapes}")


def _encoding(fields: Mapping[str, Any], shapes: Shapes) -> Encoding:
    """The encoding that a manifest describes, checked against the shapes."""
    encoding = Encoding(
        columns=tuple(map(str, fields["columns"])),
        means=tuple(map(float, fields["means"])),
        scales=tuple(map(float, fields["scales"])),
        outputs=tuple(map(_output, fields["outputs"])) if "outputs" in fields else (_only_output(fields),),
        classes=tuple(map(str, fields["classes"])),
        lags=tuple(map(int, fields.get("lags", ()))),
        recipe=None if fields.get("recipe") is None else Recipe.from_fields(fields["recipe"]),
    )
    count = 1 if shapes.symbols else shapes.inputs
    labels = {"real": 0, "binary": 2, "class": shapes.outputs}[shapes.kind]
    numbers = (*encoding.means, *encoding.scales, *(n for one in encoding.outputs for n in (one.mean, one.scale)))
    targets = 1 if labels else shapes.outputs
    lengths = {len(encoding.columns), len(encoding.means), len(encoding.scales), len(encoding.lags) or count}
    if (
        lengths != {count}
        or (len(encoding.classes), len(encoding.outputs)) != (labels, targets)
        or not all(map(math.isfinite, numbers))
    ):
        raise ValueError("its columns do not fit its shapes")
    if not all((*encoding.scales, *(one.scale for one in encoding.outputs))):
        raise ValueError("it divides a column by 0")
    if min((*encoding.lags, *(one.reference or 0 for one in encoding.outputs))) < 0:
        raise ValueError("it looks at later rows")
    return encoding


def _output(fields: Mapping[str, Any]) -> Output:
    reference = fields["reference"]
    return Output(
        str(fields["column"]),
        int(fields["ahead"]),
        float(fields["mean"]),
        float(fields["scale"]),
        None if reference is None else int(reference),
    )


def _only_output(fields: Mapping[str, Any]) -> Output:
    """The output of a file of format 1."""
    return Output(str(fields["target"]), mean=float(fields["target_mean"]), scale=float(fields["target_scale"]))


def _member(number: int) -> str:
    return f"weights/{number}.npy"


def _foreign(name: str, why: str) -> DataError:
    return DataError(
        f"{name} is no network file of seqtasks, or is damaged: {why.rstrip('.')}.",
        "seqtasks run ... --save FILE writes one.",
    )
