"""What came of attempts at repair."""

from dataclasses import dataclass
from typing import Any, Final, final

from seqtasks.comparison.estimate import Estimate

HELPS: Final = 0.05  # of the gap between chance and optimum: less is not worth a change


@final
@dataclass(frozen=True, slots=True)
class Attempt:
    """Copies that were trained with some changes.

    Args:
        faults: The names of the faults whose changes were made; empty for the unchanged program.
        change: The code or command.
        skill: The mean skill of the copies, with a 95 % interval over their seeds.
        gain: The mean difference of each copy to the unchanged copy of the same seed, with its interval.
        seeds: The seeds, which are not that of the training that is explained.
    """

    faults: tuple[str, ...]
    change: str
    skill: Estimate
    gain: Estimate
    seeds: tuple[int, ...]

    @property
    def helps(self) -> bool:
        """Whether the gain is worth the change, and not by chance."""
        return self.gain.value >= HELPS and self.gain.low is not None and self.gain.low > 0

    def record(self) -> dict[str, Any]:
        """The fields as plain values for JSON."""
        return {
            "faults": list(self.faults),
            "change": self.change,
            "skill": {"value": self.skill.value, "low": self.skill.low, "high": self.skill.high},
            "gain": {"value": self.gain.value, "low": self.gain.low, "high": self.gain.high},
            "seeds": list(self.seeds),
            "helps": self.helps,
        }


@final
@dataclass(frozen=True, slots=True)
class Attempts:
    """All attempts at the repair of one program.

    Args:
        tried: The attempts, the unchanged program first.
        untried: Sentences that say what was not tried, and why.
    """

    tried: tuple[Attempt, ...]
    untried: tuple[str, ...]

    @property
    def answer(self) -> Attempt | None:
        """The attempt that is proposed: of those that help as much as the best, that with the fewest changes.

        One helps as much as the best if its skill lies above the lower end of that of the best, or hardly below the
        best. None if no attempt helps.
        """
        helpful = [attempt for attempt in self.tried if attempt.helps]
        if not helpful:
            return None
        best = max(helpful, key=lambda attempt: attempt.skill.value)
        low = best.skill.value if best.skill.low is None else best.skill.low
        bound = min(low, best.skill.value - HELPS)
        return min(
            (attempt for attempt in helpful if attempt.skill.value >= max(bound, best.skill.value - 2 * HELPS)),
            key=lambda attempt: (len(attempt.faults), -attempt.skill.value),
        )

    def record(self) -> dict[str, Any]:
        """The fields as plain values for JSON."""
        answer = self.answer
        return {
            "tried": [attempt.record() for attempt in self.tried],
            "untried": list(self.untried),
            "answer": None if answer is None else list(answer.faults),
        }

    @property
    def sentence(self) -> str:
        """What is proposed."""
        answer = self.answer
        if answer is None:
            return "None of the changes that were tried helps."
        names = " and ".join(answer.faults)
        base = self.tried[0].skill.value
        return (
            f"The change for {names} helps: over {len(answer.seeds)} other seeds it takes the skill from {base:.2f} to "
            f"{answer.skill.value:.2f}."
        )

    def __str__(self) -> str:
        width = max([len(_names(attempt)) for attempt in self.tried], default=0)
        lines = [f"{'changes for':<{width}}  {'skill':<25}  gain"]
        for attempt in self.tried:
            gain = f"{attempt.gain}" + ("" if attempt.helps else "  does not help")
            lines.append(
                f"{_names(attempt):<{width}}  {attempt.skill!s:<25}  {gain if attempt.faults else ''}".rstrip()
            )
        return "\n".join([*lines, *(f"not tried: {sentence}" for sentence in self.untried)])


def _names(attempt: Attempt) -> str:
    return " + ".join(attempt.faults) or "nothing (as it is)"
