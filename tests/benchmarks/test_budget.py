"""Parameter budgets: the largest networks that they allow."""

from concurrent.futures import Future

import pytest

from seqtasks.benchmarks.benchmark import Benchmark
from seqtasks.benchmarks.workers import AbstractWorkers
from seqtasks.catalogue.host import Host
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.models.gru import GRU

pytestmark = pytest.mark.tensorflow


class Here(AbstractWorkers):
    """Calls functions in this process."""

    size = 2

    def submit(self, worker, function, *arguments):
        future = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def restart(self, worker):
        pass

    def close(self):
        pass


def planned(**suite):
    suite = {"tasks": ["prev-bit"], "models": ["gru"], "trainers": ["online"], "seeds": 2} | suite
    return Benchmark.of(Host.start(environ={}), suite).plan(Here())


def gru(units, inputs=1, outputs=1):
    """The weights of a GRU with two biases, and of its readout."""
    return 3 * units * (units + inputs + 2) + outputs * (units + 1)


@pytest.mark.parametrize("parameters", [gru(1), gru(9) - 1, gru(9), gru(9) + 1, 1000, 10_000])
def test_units_are_the_most_that_fit(parameters):
    """By the formula of a GRU; the budget is never exceeded, and one unit more would."""
    plan, (sentence,) = planned(parameters=parameters)
    (case,) = plan.cases
    units = max(n for n in range(1, 100) if gru(n) <= parameters)
    assert f"units={units}," in case.request.model
    assert sentence.startswith("gru, 1 input, 1 output: ")
    assert f"{units} units, {gru(units):,} of {parameters:,} parameters." in sentence


def test_the_reservoir_of_intuition_has_as_many_weights_as_its_gru():
    """H (H + 2) of the reservoir and H + 1 of the readout are exactly as many for H = 29."""
    plan, sentences = Benchmark.of(Host.start(environ={}), "intuition", quick=True).plan(Here())
    budget = GRU().build(Shapes(inputs=1, outputs=1), 0).parameters
    assert {case.parameters for case in plan.cases} == {None, budget}
    assert sentences == [f"esn, 1 input, 1 output: 29 units, {29 * 31 + 30} of {budget} parameters."]
    assert budget == 29 * 31 + 30


def test_shapes_and_other_settings_count():
    """Tasks of the same shapes are solved once, and the model is that of a spec with these units."""
    plan, sentences = planned(
        tasks=["prev-bit", "delay:lag=3", "delay:lag=3,symbols=40"],
        models=["gru:layers=2", "lru"],
        parameters=[500, 1000],
    )
    assert len(sentences) == 2 * 2 * 2
    cases = list(plan.cases)
    assert len(cases) == 12
    deep = [case for case in cases if "layers=2" in case.request.model]
    by_label = {(case.request.label("task"), case.parameters): case for case in deep}
    assert by_label["prev-bit", 500].request.model == by_label["delay:lag=3", 500].request.model
    assert by_label["prev-bit", 500].request.model != by_label["delay:lag=3,symbols=40", 500].request.model
    again = Benchmark.of(
        Host.start(environ={}), {"tasks": ["prev-bit"], "models": [by_label["prev-bit", 500].request.label("model")]}
    )
    (same,) = again.plan(Here())[0].cases
    assert same.request.model == by_label["prev-bit", 500].request.model


def test_a_budget_that_one_unit_exceeds():
    """Every such model is named before anything runs."""
    with pytest.raises(UsageError) as caught:
        planned(models=["gru", "lstm"], parameters=5)
    assert "A network of gru with one unit has 14 weights on prev-bit, more than 5." in caught.value.message
    assert "lstm" in caught.value.message


def test_a_model_that_raises_an_error_keeps_its_own_units(monkeypatch):
    """A sentence says so, and the other models get their sizes: its runs then are rows with the error."""

    def build(*_, **__):
        raise ValueError("not today")

    monkeypatch.setattr(GRU, "build", build)
    plan, sentences = planned(models=["gru", "lstm"], parameters=1000)
    models = [case.request.label("model") for case in plan.cases]
    assert models == ["gru", "lstm:units=14"]
    assert sentences[1] == "gru: no size is found for 1,000 parameters. ValueError: not today."
    assert sentences[0].startswith("lstm, 1 input, 1 output: 14 units, 911 of 1,000")
