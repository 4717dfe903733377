"""What a run leaves: the record of it, and next to the record the trained networks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from seqtasks.running import summary
from seqtasks.running.request import RunRequest
from seqtasks.running.result import Result

if TYPE_CHECKING:  # a record can be shown without NumPy
    from seqtasks.core.network import AbstractNetwork
    from seqtasks.core.task import Encoding


@final
@dataclass(frozen=True, repr=False)
class TrainedRun:
    """A result and its networks. The result's fields are attributes of it, too: ``run.loss`` is ``run.result.loss``.

    Args:
        request: What was run.
        result: The record.
        networks: The trained networks, in the order of their seeds.
        encoding: How the rows of a user's file become inputs, and outputs become values.
    """

    request: RunRequest
    result: Result
    networks: "tuple[AbstractNetwork, ...]"
    encoding: "Encoding"

    @property
    def network(self) -> "AbstractNetwork | None":
        """The trained network; None if there are several."""
        return self.networks[0] if len(self.networks) == 1 else None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "result":  # copy and pickle look for names before there is a result
            raise AttributeError(name)
        return getattr(self.result, name)

    def __repr__(self) -> str:
        return summary.text(self.result, self.request.labels)

    def _repr_html_(self) -> str:
        return summary.html(self.result, self.request.labels)
