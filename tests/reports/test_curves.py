"""Which seeds and steps the learning curves of a page show."""

import re
from dataclasses import replace

from support.made_up_results import request, result

from seqtasks.reports.content import content
from seqtasks.reports.curves import learning_pictures
from seqtasks.reports.figures import HEIGHT
from seqtasks.reports.source import ResultSource


def drawn(*curves):
    """The heights of the curve of one method, whose seeds have these losses; chance is 0.1875."""
    steps = [100 * (n + 1) for n in range(max(map(len, curves)))]
    pairs = []
    for seed, losses in enumerate(curves):
        asked = request("delay", "gru", seed)
        made = result(asked, 0.5)
        pairs.append((asked, replace(made, history={"step": steps[: len(losses)], "loss": losses})))
    found = list(learning_pictures(content(ResultSource(pairs))))
    if not found:
        return None
    path = re.search(r'class="l s0" d="M([^"]*)"', found[0].svg)[1]
    return found[0].caption, [float(point.split()[1]) for point in path.split("L")]


def test_the_median_of_the_seeds():
    """Of three seeds with 0.18, 0.09 and 0.0 it is the middle one; another median is a seed's own curve."""
    caption, heights = drawn([0.18, 0.0], [0.09, 0.09], [0.0, 0.18])
    _, alone = drawn([0.09, 0.09])
    assert caption.startswith("The median of 3 seeds")
    assert heights == alone


def test_losses_that_are_not_a_number():
    """They count as infinite: the median of one of three is finite, that of two of three is left out."""
    _, heights = drawn([None, None, 0.1], [0.1, None, 0.1], [0.05, 0.1, 0.1])
    assert len(heights) == 2
    assert all(12 <= height <= HEIGHT for height in heights)
    assert drawn([None, None]) is None


def test_curves_of_other_lengths():
    """A seed that stopped early is left out of the median, and not stretched."""
    _, heights = drawn([0.1, 0.1, 0.1], [0.0])
    assert heights == drawn([0.1, 0.1, 0.1])[1]
