"""Network files: archives of JSON and plain arrays. No code of a file is ever run.

The manifest names the model by its recorded spec, which the catalogue resolves. The shapes of the arrays are checked
against that model before they are read.
"""

import math
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Final, Self, final, get_args

from seqtasks.catalogue.host import Host
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.recipe import GroupRecipe, Recipe, TrainedPart
from seqtasks.core.task import Encoding, GroupEncoding, Output, Shapes, TargetsOf
from seqtasks.errors import DataError, SeqtasksError, UsageError
from seqtasks.files import archive, manifest, state
from seqtasks.files.network_file import MANIFEST
from seqtasks.files.output_file import OutputFile
from seqtasks.running.result import TrainedRun

FORMAT: Final = 4
READABLE: Final = (1, 2, 3, FORMAT)  # 1: one output without a reference; 2: one series; 3: no seasonal change


@final
@dataclass(frozen=True, slots=True)
class Stored:
    """The content of a network file.

    Args:
        network: The network.
        encoding: The conversion of a file's rows to inputs, and of outputs to values.
        model: The model's recorded spec.
        task: The task's recorded spec.
        dtype: The precision in which the network computes.
        learning: Where a network that learns on is: its ``trainer``, a spec, and its ``state``; None if it has not
            learned since its training.
    """

    network: AbstractNetwork
    encoding: Encoding
    model: str
    task: str
    dtype: str = "float32"
    learning: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, run: TrainedRun) -> Self:
        """The network of a run.

        Raises:
            UsageError: If the run has several networks, or ``run`` is a record.
        """
        if not isinstance(run, TrainedRun):
            raise UsageError("A result holds no network.", "Pass the TrainedRun that seqtasks.run returned.")
        if run.network is None:
            raise UsageError(
                "A run with replicas has several networks.", "Run the seed that you want to save with replicas=1."
            )
        return cls(run.network, run.encoding, run.result.model, run.result.task, run.request.dtype)


def save(file: OutputFile, stored: Stored, host: Host, versions: Mapping[str, str]) -> None:
    """Write a network file.

    Args:
        file: The file to write.
        stored: The content.
        host: The catalogue that names the model.
        versions: The versions of the libraries that the network was trained with.

    Raises:
        UsageError: If the model is not in the catalogue, so that the file could not be read.
        DataError: If the file cannot be written.
    """
    try:
        host.spec("models", stored.model)
    except SeqtasksError as error:
        raise UsageError(
            f"The model {stored.model} is not in the catalogue, so a file cannot refer to it by name.",
            "Provide it in a plugin, as the tutorial First plugin shows.",
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
    members = {_member(number): array for number, array in enumerate(arrays)}
    if stored.learning is not None:
        head["learning"], more = state.packed(stored.learning)
        members |= more
    with file.opened() as out:
        archive.write(out, MANIFEST, head, members)


def save_run(file: OutputFile, run: TrainedRun, host: Host) -> None:
    """Write the network of a run; as :func:`save`."""
    save(file, Stored.of(run), host, run.result.versions)


def load(path: str | PathLike[str], host: Host) -> Stored:
    """Read a network file: build its model's network and load the weights.

    Raises:
        DataError: If it is not a network file, is damaged, or names a model that is not in the catalogue.
    """
    name = fspath(path)
    try:
        with zipfile.ZipFile(Path(name).expanduser()) as file:
            return _read(name, file, host)
    except FileNotFoundError as error:
        raise DataError(f"{name} does not exist.", "Write one with seqtasks run ... --save FILE.") from error
    except SeqtasksError:
        raise
    except (OSError, zipfile.BadZipFile, manifest.DamagedError) as error:
        raise _unreadable(name, str(getattr(error, "strerror", None) or error)) from error
    except Exception as error:  # parsers raise many kinds of errors on a broken file
        raise _unreadable(name, f"{type(error).__name__} {error}") from error


def _read(name: str, file: zipfile.ZipFile, host: Host) -> Stored:
    head = manifest.read(file, MANIFEST)
    if head["format"] not in READABLE:
        raise DataError(
            f"{name} has format {head['format']}; this seqtasks reads formats {READABLE[0]} to {FORMAT}.",
            "Install the version of seqtasks that wrote it.",
        )
    shapes = Shapes(**head["shapes"])
    _check_shapes(shapes)
    encoding = encoding_of(head["encoding"], shapes)
    dtype = str(head.get("dtype", "float32"))  # absent from files of versions that computed in nothing else
    network = _network(name, str(head["model"]), shapes, dtype, host)
    needed = network.weights()
    if head["weights"] != [list(array.shape) for array in needed]:
        raise _unreadable(name, f"its weights do not have the shapes of {head['model']}")
    network.load([archive.array(file, _member(n), array.shape, array.dtype) for n, array in enumerate(needed)])
    learning = None if head.get("learning") is None else state.unpacked(file, head["learning"])
    return Stored(network, encoding, str(head["model"]), str(head["task"]), dtype, learning)


def copy_of(stored: Stored, host: Host) -> AbstractNetwork:
    """A network of the same model with the same weights."""
    network = _network(stored.model, stored.model, stored.network.shapes, stored.dtype, host)
    network.load(stored.network.weights())
    return network


def _network(name: str, model: str, shapes: Shapes, dtype: str, host: Host) -> AbstractNetwork:
    needs = f"{name} needs the model {model.partition(':')[0]}"
    try:
        spec = host.spec("models", model)
    except SeqtasksError as error:
        raise DataError(
            f"{needs}: {error.message}", "If a plugin provides it, install the plugin or name it with --plugin."
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


def encoding_of(fields: Mapping[str, Any], shapes: Shapes) -> Encoding:
    """The encoding that a manifest describes, checked against the shapes.

    Raises:
        KeyError: If a field is missing.
        ValueError: If a field is not what an encoding holds.
    """
    encoding = Encoding(
        columns=tuple(map(str, fields["columns"])),
        means=tuple(map(float, fields["means"])),
        scales=tuple(map(float, fields["scales"])),
        outputs=tuple(map(_output, fields["outputs"])) if "outputs" in fields else (_only_output(fields),),
        classes=tuple(map(str, fields["classes"])),
        lags=tuple(map(int, fields.get("lags", ()))),
        recipe=None if fields.get("recipe") is None else Recipe.from_fields(fields["recipe"]),
        groups=tuple(map(_group, fields.get("groups", ()))),
        trained=tuple(map(TrainedPart.from_fields, fields.get("trained", ()))),
        targets_of=fields.get("targets_of", "row"),
    )
    if encoding.targets_of not in get_args(TargetsOf):
        raise ValueError(f"its targets are those of a {encoding.targets_of}")
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
    if any(one.change and one.reference is None for one in encoding.outputs):
        raise ValueError("it adds the change of a season to no reference")
    for one in encoding.groups:
        _check_group(one, count, targets)
    if encoding.trained and len(encoding.trained) != max(len(encoding.groups), 1):
        raise ValueError("its training parts do not fit its groups")
    if bool(encoding.groups) != bool(encoding.recipe and encoding.recipe.group):
        raise ValueError("its groups have no column, or its column of groups has no groups")
    return encoding


def _group(fields: Mapping[str, Any]) -> GroupEncoding:
    numbers = {key: tuple(map(float, fields[key])) for key in ("means", "scales", "output_means", "output_scales")}
    return GroupEncoding(str(fields["label"]), **numbers, recipe=GroupRecipe.from_fields(fields["recipe"]))


def _check_group(group: GroupEncoding, inputs: int, outputs: int) -> None:
    lengths = [len(each) for each in (group.means, group.scales, group.output_means, group.output_scales)]
    numbers = (*group.means, *group.scales, *group.output_means, *group.output_scales)
    if lengths != [inputs, inputs, outputs, outputs] or not all(map(math.isfinite, numbers)):
        raise ValueError(f"the columns of its group {group.label} do not fit its shapes")
    if not all((*group.scales, *group.output_scales)):
        raise ValueError(f"its group {group.label} divides a column by 0")


def _output(fields: Mapping[str, Any]) -> Output:
    reference = fields["reference"]
    return Output(
        str(fields["column"]),
        int(fields["ahead"]),
        float(fields["mean"]),
        float(fields["scale"]),
        None if reference is None else int(reference),
        tuple((float(coverage), float(margin)) for coverage, margin in fields.get("margins", ())),
        bool(fields.get("change", False)),
    )


def _only_output(fields: Mapping[str, Any]) -> Output:
    """The output of a file of format 1."""
    return Output(str(fields["target"]), mean=float(fields["target_mean"]), scale=float(fields["target_scale"]))


def _member(number: int) -> str:
    return f"weights/{number}.npy"


def _unreadable(name: str, why: str) -> DataError:
    return DataError(
        f"{name} is not a seqtasks network file, or is damaged: {why.rstrip('.')}.",
        "Write one with seqtasks run ... --save FILE.",
    )
