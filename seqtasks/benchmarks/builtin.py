"""The built-in suites: functions of the host that return the content of a suite file."""

from typing import Any, Final

from seqtasks.catalogue.host import Host
from seqtasks.errors import SeqtasksError
from seqtasks.spec.parameter import REQUIRED

# Full backpropagation through time. The usual mini-batch of 512 sequences gives two updates in 20,000 steps.
_CEILING: Final = "batch:batch_size=1"
# An echo state network: what fixed random weights already remember, at the size of the other networks.
_RESERVOIR: Final = {"models": ["esn"], "trainers": ["ridge"]}
_FIXED: Final = ("delay-line", "esn")  # models whose recurrent weights nothing trains
_WEIGHTS_OF_GRU: Final = 929  # of gru with its default settings, on a task with one input and one output


def intuition(_host: Host) -> dict[str, Any]:
    """The question that seqtasks answers: what keeps a stateful GRU from learning the previous bit, and what helps.

    The readout, the length of the gradient, the lag and the learning rate vary. Full backpropagation through time and
    a reservoir of the same size are the controls. The smaller budget shows what is learned early, the larger one what
    stays.
    """
    rates = "optimizer.learning_rate=[0.001,0.003,0.01]"
    return {
        "summary": "What keeps a stateful GRU from learning the previous bit, and what helps.",
        "tasks": ["delay:lag=[0,1,3,5]"],
        "models": ["gru:readout=[none,dense]"],
        "trainers": [f"online:window=1,{rates}", f"online:{rates}", f"rtrl:{rates}", _CEILING],
        "control": [{**_RESERVOIR, "parameters": _WEIGHTS_OF_GRU}],
        "steps": [20_000, 200_000],
        "seeds": 20,
        "quick": {
            "tasks": ["delay:lag=[0,1,3]"],
            "trainers": ["online:window=1", "online", "rtrl", _CEILING],
            "steps": 20_000,
            "seeds": 6,
        },
    }


def horizon(_host: Host) -> dict[str, Any]:
    """How far models remember: the largest lag that they solve, at equal budgets of weights and steps."""
    return {
        "summary": "The largest lag that a model learns to bridge.",
        "climb": True,
        "tasks": ["delay:lag=[1,2,4,8,16,32,64,128]"],
        "models": ["gru", "lstm", "lru"],
        "trainers": ["online", _CEILING],
        "control": [_RESERVOIR],
        "parameters": 1000,
        "steps": 100_000,
        "seeds": 20,
        "quick": {"tasks": ["delay:lag=[1,2,4,8]"], "trainers": ["online"], "steps": 20_000, "seeds": 6},
    }


def cells(host: Host) -> dict[str, Any]:
    """Every cell and model with a setting ``units`` at equal numbers of weights, on every task without a file.

    The reservoir runs on the tasks with real targets, because least squares fit no others.
    """
    models = [name for name in host.shelf("models") if "units" in _settings(host, "models", name)]
    tasks = [name for name in host.shelf("tasks") if REQUIRED not in _settings(host, "tasks", name).values()]
    return {
        "summary": "Every cell at equal numbers of weights.",
        "tasks": tasks,
        "models": [name for name in models if name not in _FIXED],
        "trainers": ["online", _CEILING],
        "control": [{**_RESERVOIR, "tasks": [name for name in tasks if _is_real(host, name)]}],
        "parameters": [1000, 10_000],
        "steps": 100_000,
        "seeds": 10,
        "quick": {
            "tasks": ["prev-bit", "delay:lag=3"],
            "trainers": ["online"],
            "parameters": 1000,
            "steps": 20_000,
            "seeds": 2,
        },
    }


def streams(_host: Host) -> dict[str, Any]:
    """Real series that come with seqtasks: the error of the next value, also of a network that learns on in the test.

    The skill is relative to the best forecast without a network: the mean, persistence, or seasonal persistence. The
    other controls are a reservoir of the same size, and a linear model of the last inputs.
    """
    return {
        "summary": "Real series, learned as they arrive.",
        "rank_by": "prequential",
        "tasks": [
            "table:path=seqtasks:nile,target=flow,inputs=flow",
            "table:path=seqtasks:sunspots,target=number,inputs=number",
            "table:path=seqtasks:elnino,target=celsius",
            "table:path=seqtasks:co2,target=ppm,missing=interpolate",
        ],
        "models": ["gru", "lstm", "lru"],
        "grid": [{"parameters": 1000}],
        "control": [{**_RESERVOIR, "parameters": 1000}, {"models": ["delay-line"], "trainers": ["ridge"]}],
        "seeds": 10,
        "quick": {
            "tasks": ["table:path=seqtasks:sunspots,target=number,inputs=number"],
            "models": ["gru"],
            "seeds": 3,
        },
    }


def _is_real(host: Host, task: str) -> bool:
    """Whether the targets are real numbers; a task that cannot be loaded is reported when the suite is planned."""
    try:
        return bool(host.make("tasks", host.spec("tasks", task)).shapes.kind == "real")
    except SeqtasksError:
        return False


def _settings(host: Host, shelf: str, name: str) -> dict[str, Any]:
    """The defaults of an entry's settings."""
    return {parameter.name: parameter.default for parameter in host.signature(shelf, name).parameters}
