"""Read a handwritten digit line by line or pixel by pixel."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final, Literal, final

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from seqtasks.core.task import Chunk, Shapes, Yardsticks
from seqtasks.spec.parameter import Range
from seqtasks_classic_tasks.entropy import entropy
from seqtasks_classic_tasks.episode import AbstractEpisodeTask, Episodes, Floats

SIDE: Final = 8
DIGITS: Final = 10
BRIGHTEST: Final = 16.0


@final
@dataclass(frozen=True)
class SequentialDigits(AbstractEpisodeTask):
    """The digit in an image of 8 x 8 pixels, read row by row or pixel by pixel, each from 0 to 1.

        x[t] = row t, or pixel t,  y[length - 1] = the digit, at the only step that counts

    The images are scikit-learn's 1,797. Streams and samples, whatever their seed, draw with replacement from the first
    of them alone; the test is each of the others, once, and therefore the same for every seed: few images, and so a
    loss known less well than that of other tasks.

    Args:
        by: ``row`` (8 steps of 8 pixels) or ``pixel`` (64 steps of one).
        test_share: Which part of the images, the last ones, is held back for the test.

    Example:
        >>> round(SequentialDigits().yardsticks().chance, 3), SequentialDigits().test(seed=0).inputs.shape
        (2.302, (359, 8, 8))

    Source:
        Alpaydin and Kaynak, "Optical recognition of handwritten digits", UCI, 1998; read so, after
        Le, Jaitly and Hinton, "A simple way to initialize recurrent networks of rectified linear units", 2015.
    """

    by: Literal["row", "pixel"] = "row"
    test_share: Annotated[float, Range(low=0.05, high=0.5)] = 0.2

    numbers = 1

    @property
    def shapes(self) -> Shapes:
        """A row or a pixel in, ten classes out."""
        return Shapes(SIDE if self.by == "row" else 1, DIGITS, "class")

    @property
    def length(self) -> int:
        """The number of rows, or of pixels."""
        return SIDE if self.by == "row" else SIDE**2

    @property
    def depth(self) -> int:
        """The number of steps, minus one for pixels, because the first one is black in every image."""
        return self.length - (self.by == "pixel")

    def episodes(self, u: Floats) -> Episodes:
        """The sequences of the training images."""
        return self._read((u[:, 0] * self._training).astype(np.int64))

    def yardsticks(self) -> Yardsticks:
        """Chance is the entropy of the digits in the test; memoryless and optimum are unknown."""
        _, digits = _images()
        return Yardsticks(entropy(np.bincount(digits[self._training :], minlength=DIGITS)), None, None)

    def test(self, seed: int) -> Chunk:
        """Every held-out image, each in its own lane."""
        inputs, targets, weights = self._read(np.arange(self._training, len(_images()[1])))
        starts = np.zeros(targets.shape, np.bool_)
        starts[:, 0] = True
        return Chunk(
            inputs.astype(np.float32),
            targets[:, :, None].astype(np.int32),
            np.broadcast_to(weights, targets.shape).astype(np.float32),
            starts,
        )

    @property
    def _training(self) -> int:
        """The number of images that are not held out."""
        images = len(_images()[1])
        return images - round(self.test_share * images)

    def _read(self, which: NDArray[np.int64]) -> Episodes:
        pixels, digits = _images()
        last = np.arange(self.length) == self.length - 1
        return pixels[which].reshape(len(which), self.length, -1), digits[which][:, None] * last, last


@cache
def _images() -> tuple[NDArray[np.float32], NDArray[Any]]:
    """Pixels (N, 64) from 0 to 1, and digits (N,)."""
    bunch = load_digits()
    return (bunch.data / BRIGHTEST).astype(np.float32), bunch.target
