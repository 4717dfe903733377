"""The credit rule that a how-to has its readers save."""

import re

import numpy as np
import pytest
from support.frozen import apart

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def host(page, write):
    """With the page's file as a plugin."""
    (block,) = re.findall(r"<!-- fading\.py -->\n```python\n(.*?)```", page("how-to/write-a-credit-rule.md"), re.DOTALL)
    return Host.start([write("fading.py", block)], {})


SLOW = "optimizer=sgd,optimizer.learning_rate=0.0001"  # the weights all but stand still, where influence is exact


def moved(host, trainer, model):
    """How far 60 steps of prev-bit move the weights, by plain descent: along the sum of the gradients."""
    shelves = {"tasks": "prev-bit", "models": model, "trainers": trainer}
    task, model, trainer = (host.make(shelf, host.spec(shelf, text)) for shelf, text in shelves.items())
    network = model.build(task.shapes, seed=0)
    feed = trainer.feed(task, network, 0, 60, None)
    before = network.weights()
    trainer.learner(network, task.objective, 0).learn(feed.take(60))
    return np.concatenate([(new - old).ravel() for new, old in zip(network.weights(), before, strict=True)])


def test_it_is_let_in(host):
    """A plugin without a problem, with the settings of every online trainer next to its own."""
    assert host.plugins[-1].problems == ()
    assert list(host.spec("trainers", "fading").settings) == ["lanes", "optimizer", "clip", "keep"]


@pytest.mark.parametrize(("keep", "same"), [("1.0", "rtrl:"), ("0.0", "online:window=1,")])
@pytest.mark.parametrize("model", ["gru:units=3", "simple-rnn:units=3,layers=2"])
def test_its_ends_are_the_rules_that_the_page_says(host, keep, same, model):
    """It learns as they do, up to rounding; and half-way as neither."""
    known = moved(host, same + SLOW, model)
    assert apart(moved(host, f"fading:keep={keep},{SLOW}", model), known) < 1e-3
    assert apart(moved(host, f"fading:keep=0.5,{SLOW}", model), known) > 0.03


def test_out_of_range_is_refused(host):
    """The range stands in its annotation."""
    with pytest.raises(UsageError, match=r"fading: keep=2\.0 is out of range"):
        host.spec("trainers", "fading:keep=2")
