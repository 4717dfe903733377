"""The process in which checks run, so that a plugin that crashes or prints harms nothing else.

It reads one request from standard input and writes events, a line of JSON each, to a pipe of its own. It ends when
standard input does, because the process that started it has gone.
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
from seqtasks.checks.raised import explain
from seqtasks.checks.subject import CONSTRUCTION, CONSTRUCTION_PROMISE, Named, checks_of
from seqtasks.errors import SeqtasksError


@final
class Pipe:
    """The pipe for events; processes that a plugin starts do not inherit it.

    Args:
        descriptor: Its file descriptor.
    """

    def __init__(self, descriptor: int) -> None:
        os.set_inheritable(descriptor, False)
        self._descriptor = descriptor

    def send(self, **event: Any) -> None:
        """Write one event at once."""
        os.write(self._descriptor, (json.dumps(event) + "\n").encode())


def main(descriptor: int) -> None:
    """Run the checks of the request on standard input."""
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1)  # the supervisor asks where a check hangs
    pipe = Pipe(descriptor)
    request = json.loads(_request_from_input())
    _report_exits()
    pipe.send(event="importing")
    host = Host.start(request["plugins"])
    pipe.send(event="imported")
    for number, (kind, text) in enumerate(request["entries"]):
        if number >= request["first"]:
            done = set(request["done"]) if number == request["first"] else set()
            named = Named(kind, host.spec("models" if kind == "cell" else f"{kind}s", text), host)
            _run(pipe, number, named, done)
    pipe.send(event="end")


def _request_from_input() -> bytes:
    """The request. From then on, the process ends when the input does, and a plugin that reads finds an empty input."""
    own = os.fdopen(os.dup(0), "rb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    request = own.readline()

    def wait() -> None:
        own.read()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
    return request


def _report_exits() -> None:
    """Have ``os._exit`` write its stack, as a crash does; processes that the plugin forks are not affected."""
    end, own = os._exit, os.getpid()

    def exit_with_stack(status: int) -> NoReturn:
        if os.getpid() == own:
            faulthandler.dump_traceback(all_threads=False)
        end(status)

    os._exit = exit_with_stack


def _run(pipe: Pipe, number: int, named: Named, done: set[str]) -> None:
    """Run the checks of one entry that are not done."""
    construction = {"name": CONSTRUCTION, "promise": CONSTRUCTION_PROMISE, "seconds": 1.0}
    pipe.send(event="entry", number=number, checks=[construction])
    subjects: list[Any] = []
    again = CONSTRUCTION in done

    def construct() -> None:
        # the plugin's libraries before those of the checks: PyTorch cannot be imported after TensorFlow everywhere
        subjects.append(named.subject())
        listed = [{"name": c.name, "promise": c.promise, "seconds": c.seconds} for c in checks_of(named.kind)]
        # before the outcome, so that the next check is known
        pipe.send(event="entry", number=number, checks=[construction, *listed])

    _run_check(pipe, named, CONSTRUCTION, construct, again)
    if not subjects:  # it cannot be constructed, or no check applies: a trainer that takes no network
        return
    for check in checks_of(named.kind):
        if check.name not in done:
            _run_check(pipe, named, check.name, partial(check, subjects[0]))


def _run_check(pipe: Pipe, named: Named, name: str, action: Callable[[], Any], again: bool = False) -> None:
    """Run one check and send its outcome."""
    pipe.send(event="start", name=name)
    before = time.perf_counter()
    outcome = _outcome(action, named)
    sys.stdout.flush()
    if not again or outcome["status"] == "failed":
        pipe.send(event="outcome", name=name, seconds=time.perf_counter() - before, **outcome)


def _outcome(action: Callable[[], Any], named: Named) -> Mapping[str, str]:
    status, sentence, advice, raised_at = "ok", "", "", ""
    try:
        action()
    except CheckFailure as broken:
        status, sentence, advice = "failed", broken.sentence, broken.advice
    except DoesNotApply as reason:
        status, sentence = "none", reason.reason
    except SeqtasksError as refused:
        status, sentence, advice, raised_at = "failed", refused.message, refused.hint, _traceback(refused)
    except BaseException as raised:  # a plugin may raise anything, SystemExit included
        status, (sentence, advice), raised_at = "failed", explain(raised, named), _traceback(raised)
    return {"status": status, "sentence": sentence, "advice": advice, "traceback": raised_at}


def _traceback(error: BaseException) -> str:
    """The traceback, if ``SEQTASKS_DEBUG=1``."""
    return "".join(traceback.format_exception(error)) if os.environ.get("SEQTASKS_DEBUG") == "1" else ""


if __name__ == "__main__":
    main(int(sys.argv[1]))
