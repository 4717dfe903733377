"""TensorFlow in forked processes; each test starts processes of its own."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.tensorflow

BEGINNING = """
import os, pickle, signal, sys, time
import numpy as np
import seqtasks
from seqtasks.estimators import SequenceClassifier, StreamRegressor
import seqtasks.keras.online_loop

X, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20.0)

def in_child(name, call):
    print(name, end=" ", flush=True)
    child = os.fork()
    if child == 0:
        signal.alarm(100)
        try:
            call()
            print("works", flush=True)
        except seqtasks.SeqtasksError as error:
            print(error.message, error.hint, sep="|", flush=True)
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        print("hangs", flush=True)
"""
AFTERWARDS = """
result = seqtasks.run("prev-bit", model="gru:units=2", steps=50, save=sys.argv[1])
stream = StreamRegressor(model="gru:units=2", trainer="rtrl").fit(X, y)
whole = SequenceClassifier(model="gru:units=2", epochs=1).fit(X, y > 9)
stored = pickle.dumps(stream)
inputs = np.zeros((1, 3, 1))
for name, call in {
    "fit": lambda: StreamRegressor().fit(X, y),
    "partial_fit": lambda: stream.partial_fit(X, y),
    "predict": lambda: stream.predict(X),
    "unpickled": lambda: pickle.loads(stored).predict(X),
    "whole_fit": lambda: whole.fit(X, y > 9),
    "whole_partial_fit": lambda: whole.partial_fit(X, y > 9),
    "whole_predict": lambda: whole.predict(X),
    "run": lambda: seqtasks.run("prev-bit", model="gru:units=2", steps=50),
    "load": lambda: seqtasks.load(sys.argv[1])(inputs),
    "network": lambda: result.network(inputs),
    "keras_model": lambda: result.network.keras_model()(inputs),
}.items():
    in_child(name, call)
print(os.getpid(), "again", np.isfinite(stream.predict(X)).all())
"""
ELSEWHERE = """
import tensorflow as tf
in_child("before", lambda: StreamRegressor(model="gru:units=2").fit(X, y).predict(X))
tf.reduce_sum(tf.constant(X))
in_child("after", lambda: StreamRegressor().fit(X, y))
"""
PROBLEM = (
    "This process was forked from process {}, where TensorFlow had already computed, and TensorFlow hangs in such a "
    "process.|Start processes by 'spawn' or 'forkserver', as multiprocessing.get_context('spawn') does, or by joblib's "
    "default backend, loky."
)


def printed_lines(script, *arguments):
    """What a script prints, line by line, each in its first word and the rest."""
    run = subprocess.run(
        [sys.executable, "-c", BEGINNING + script, *arguments], check=True, capture_output=True, text=True, timeout=300
    )
    return dict(line.split(" ", 1) for line in run.stdout.splitlines())


def test_a_forked_process_says_at_once_that_tensorflow_hangs_in_it(tmp_path):
    """Any computation in a process that was forked after the first one; the parent process can still compute."""
    lines = printed_lines(AFTERWARDS, str(tmp_path / "network.zip"))
    process = next(name for name, rest in lines.items() if rest == "again True")
    del lines[process]
    assert len(lines) == 11
    assert all(rest.endswith(PROBLEM.format(process)) for rest in lines.values()), lines


def test_a_process_forked_before_anything_was_computed_works():
    """TensorFlow may be loaded by then; what other code computes with it counts as well."""
    lines = printed_lines(ELSEWHERE)
    assert lines["before"] == "works"
    assert lines["after"].endswith(PROBLEM.partition("|")[2])
