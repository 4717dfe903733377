"""Tasks of whose steps not every one counts, and which are judged on as many more of them."""

from abc import abstractmethod
from typing import Final

import numpy as np

from seqtasks.core.task import TEST_LANES, TEST_STEPS, AbstractTask, Chunk

COUNTED_PER_LANE: Final = -(-TEST_STEPS // TEST_LANES)


class AbstractTestedTask(AbstractTask):
    """A task that says how long its test has to be for 100 000 steps of it to count."""

    @property
    @abstractmethod
    def test_length(self) -> int:
        """How many steps each of the 64 lanes of the test has."""

    def test(self, seed: int) -> Chunk:
        """Fresh data to judge frozen weights on, never those of training."""
        fresh = int(np.random.SeedSequence(seed).spawn(1)[0].generate_state(1, np.uint64)[0])
        return self.stream(fresh, TEST_LANES).take(self.test_length)
