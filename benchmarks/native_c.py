"""The loop of native_loop.c, compiled by the C compiler of this machine."""

import ctypes
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from online_work import Contender, weights

SOURCE = Path(__file__).with_name("native_loop.c")
FLAGS = ("-O3", "-march=native", "-ffast-math", "-shared", "-fPIC")


def online(setting, steps):
    """Adam without clipping, window 1."""
    library = Path(tempfile.mkdtemp()) / "loop.so"
    try:
        subprocess.run(["cc", *FLAGS, SOURCE, "-o", library, "-lm"], check=True)
    except FileNotFoundError as error:
        raise ModuleNotFoundError("the C compiler, cc") from error
    loop, numbers = ctypes.CDLL(str(library)), np.ctypeslib.ndpointer(np.float32, flags="C")
    loop.set.argtypes = [numbers]
    loop.learn.argtypes = [numbers, numbers, numbers, ctypes.c_long, ctypes.c_float, ctypes.c_float]
    loop.set(np.concatenate([array.reshape(-1) for array in weights()]))

    def learn(x, y):
        losses = np.zeros(len(x), np.float32)
        loop.learn(*map(np.ascontiguousarray, (x, y)), losses, len(x), setting.learning_rate, setting.epsilon)
        return losses

    return Contender(learn, steps)
