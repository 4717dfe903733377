"""A diagnosis: the verdict on a training, the measurements, and the faults in the order of their effects."""

import json
import math
from dataclasses import dataclass
from html import escape
from os import PathLike, fspath
from typing import Any, Final, Literal, final

from seqtasks.diagnosis.attempt import Attempts
from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.measurement import Measurement
from seqtasks.diagnosis.output import page_target
from seqtasks.files.output_file import OutputFile
from seqtasks.lazy import LazyImport

VerdictName = Literal["learned", "partly learned", "not learned", "learned and lost", "not trained", "unknown"]

_PAGE: Final = LazyImport("seqtasks.diagnosis.page:page")

SENTENCES: Final[dict[VerdictName, str]] = {
    "learned": "The network has learned its task.",
    "partly learned": "The network has learned a part of its task.",
    "not learned": "The network is not better than the best constant.",
    "learned and lost": "The network had learned its task, or more of it, and has lost it again.",
    "not trained": "The network has not been trained yet.",
    "unknown": "The loss of the network could not be measured.",
}


@final
@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong with the training of a network, and what to change.

    Args:
        verdict: ``learned``, ``partly learned``, ``not learned``, ``learned and lost``, ``not trained`` or ``unknown``.
        faults: The faults; that with the greatest effect is first.
        measurements: What was measured.
        unchecked: Sentences that say what could not be checked, and why.
        attempts: What came of training copies with the changes; None if none were trained.
        title: What was examined.

    Example:
        >>> print(Diagnosis("learned", (), (), ("The gradient was not measured: the cell has none.",)))
        The network has learned its task.
        No fault found.
        Not checked:
          The gradient was not measured: the cell has none.
    """

    verdict: VerdictName
    faults: tuple[Fault, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    unchecked: tuple[str, ...] = ()
    attempts: Attempts | None = None
    title: str = "Why does this network not learn?"

    def record(self) -> dict[str, Any]:
        """The fields as plain values; a number that is not finite is None."""
        found: dict[str, Any] = finite(
            {
                "verdict": self.verdict,
                "faults": [fault.record() for fault in self.faults],
                "measurements": [each.record() for each in self.measurements],
                "unchecked": list(self.unchecked),
                "attempts": None if self.attempts is None else self.attempts.record(),
            }
        )
        return found

    def to_json(self) -> str:
        """The diagnosis as one JSON object."""
        return json.dumps(self.record(), indent=2, ensure_ascii=False, allow_nan=False)

    def to_html(self, path: str | PathLike[str], *, force: bool = False) -> None:
        """Write the diagnosis as one page with figures, which needs no other file and no network.

        Args:
            path: The file; its name ends in ``.html``.
            force: Whether a file of another kind may be replaced.

        Raises:
            UsageError: If the file cannot be written.
            MissingExtraError: If Jinja2, which makes the page, is not installed.
        """
        self.write_page(page_target(fspath(path), force))

    def write_page(self, file: OutputFile) -> None:
        """Write the page to a file that was checked before.

        Args:
            file: The file.
        """
        text: str = _PAGE(self)
        with file.opened() as out:
            out.write(text.encode())

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def __str__(self) -> str:
        lines = [SENTENCES[self.verdict]]
        if self.attempts is not None and self.attempts.answer is not None:
            lines += [self.attempts.sentence, f"    {self.attempts.answer.change}"]
        lines += [f"  {each}" for each in self.measurements]
        if self.faults:
            lines += [f"{place}. {fault}" for place, fault in enumerate(self.faults, 1)]
        else:
            lines.append("No fault found.")
        if self.attempts is not None:
            lines += ["Attempts at repair:", *(f"  {line}" for line in str(self.attempts).splitlines())]
            lines += [] if self.attempts.answer is not None else [self.attempts.sentence]
        if self.unchecked:
            lines += ["Not checked:", *(f"  {sentence}" for sentence in self.unchecked)]
        return "\n".join(lines)


def finite(value: Any) -> Any:
    """The same value with None in place of each number that is not finite, at any depth.

    Example:
        >>> finite({"a": [1.0, float("nan")]})
        {'a': [1.0, None]}
    """
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
