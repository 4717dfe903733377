"""The process in which checks are run: what a plugin does there, crashing and printing included, harms nobody else.

It reads one request from standard input and writes events, a line of JSON each, to a pipe of its own; standard input
ends when whoever asked is gone.
"""

import faulthandler
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NoReturn, final

from seqtasks.catalogue.host import Host
from seqtasks.checks.check import CheckFailure, DoesNotApply
from seqtasks.checks.protocol import MADE, MADE_PROMISE
from seqtasks.checks.raised import told
from seqtasks.checks.subject import Named, checks_of
from seqtasks.errors import SeqtasksError


@final
class Pipe:
    """Where events go; nothing that a plugin starts inherits it.

    Args:
        descriptor: The pipe's.
    """

    def __init__(self, descriptor: int) -> None:
        os.set_inheritable(descriptor, False)
        self._descriptor = descriptor

    def tell(self, **event: Any) -> None:
        """Write one event at once."""
        os.write(self._descriptor, (json.dumps(event) + "\n").encode())


def main(descriptor: int) -> None:
    """Run what is asked for on standard input."""
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1)  # whoever waits for a check that hangs asks where
    pipe = Pipe(descriptor)
    request = json.loads(_taken_over_input())
    _have_exits_told()
    pipe.tell(event="importing")
    host = Host.start(request["plugins"])
    pipe.tell(event="imported")
    for number, (kind, text) in enumerate(request["entries"]):
        if number >= request["first"]:
            done = set(request["done"]) if number == request["first"] else set()
            named = Named(kind, host.spec("models" if kind == "cell" else f"{kind}s", text), host)
            _run(pipe, number, named, done)
    pipe.tell(event="end")


def _taken_over_input() -> bytes:
    """The request; the process ends when the input does, and a plugin that reads finds nothing."""
    own = os.fdopen(os.dup(0), "rb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    request = own.readline()

    def wait() -> None:
        own.read()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
    return request


def _have_exits_told() -> None:
    """Have ``os._exit`` write where it was called, as crashes do; what the plugin forks ends as ever."""
    end, own = os._exit, os.getpid()

    def exit_told(status: int) -> NoReturn:
        if os.getpid() == own:
            faulthandler.dump_traceback(all_threads=False)
        end(status)

    os._exit = exit_told


def _run(pipe: Pipe, number: int, named: Named, done: set[str]) -> None:
    """All checks of one entry that are not done."""
    made = {"name": MADE, "promise": MADE_PROMISE, "seconds": 1.0}
    pipe.tell(event="entry", number=number, checks=[made])
    subjects: list[Any] = []
    again = MADE in done

    def make() -> None:
        # the plugin's libraries before those of the checks: PyTorch cannot be imported after TensorFlow everywhere
        subjects.append(named.subject())
        told = [{"name": c.name, "promise": c.promise, "seconds": c.seconds} for c in checks_of(named.kind)]
        pipe.tell(event="entry", number=number, checks=[made, *told])  # before the outcome: what is next is known

    _put(pipe, named, MADE, make, again)
    if not subjects:  # refused, or nothing that could be put to a proof: a trainer that takes no network
        return
    for check in checks_of(named.kind):
        if check.name not in done:
            _put(pipe, named, check.name, partial(check, subjects[0]))


def _put(pipe: Pipe, named: Named, name: str, action: Callable[[], Any], again: bool = False) -> None:
    """Run one check and tell what came of it."""
    pipe.tell(event="begin", name=name)
    before = time.perf_counter()
    outcome = _outcome(action, named)
    sys.stdout.flush()
    if not again or outcome["status"] == "failed":
        pipe.tell(event="outcome", name=name, seconds=time.perf_counter() - before, **outcome)


def _outcome(action: Callable[[], Any], named: Named) -> Mapping[str, str]:
    status, sentence, advice, raised_at = "ok", "", "", ""
    try:
        action()
    except CheckFailure as broken:
        status, sentence, advice = "failed", broken.sentence, broken.advice
    except DoesNotApply as none:
        status, sentence = "none", none.reason
    except SeqtasksError as refused:
        status, sentence, advice, raised_at = "failed", refused.message, refused.hint, _traceback(refused)
    except BaseException as raised:  # a plugin may raise anything, SystemExit included
        status, (sentence, advice), raised_at = "failed", told(raised, named), _traceback(raised)
    return {"status": status, "sentence": sentence, "advice": advice, "traceback": raised_at}


def _traceback(error: BaseException) -> str:
    """Where it was raised, if that is wanted."""
    return "".join(traceback.format_exception(error)) if os.environ.get("SEQTASKS_DEBUG") == "1" else ""


if __name__ == "__main__":
    main(int(sys.argv[1]))
