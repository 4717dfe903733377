"""The operations of ``keras.ops`` that TensorFlow vectorises incorrectly.

Every public operation is tried in every way below that it takes: alone, along each axis, with a second array, and by a
call of its own where it needs other arguments. Three ways of vectorising are compared with the plain computation:

    map        tf.vectorized_map of f over networks                     against f of one network after another
    gradient   tf.vectorized_map of the gradient of sum f(x) r          against the gradients one after another
    Jacobian   tape.jacobian(f(x), x)                                   against experimental_use_pfor=False

It prints a Markdown row for each call that differs, or that raises where the plain one does not, then the counts.
"""

import inspect
import os
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import ops

NETWORKS, SHAPE = 3, (3, 4)  # lanes and units of a state; as many lanes as networks, so that mixing fits the shapes
Function = Callable[[tf.Tensor], Any]
RANDOM = np.random.default_rng(0)
OTHER = RANDOM.uniform(0.1, 0.9, SHAPE).astype("float32")
SQUARE = RANDOM.uniform(0.1, 0.9, (4, 4)).astype("float32")
SIGNS = {"axis": (-1, -2, 0, 1), "axes": (-1, -2, 0, 1), "axis1": (), "dim": (-1,)}

OWN: dict[str, list[Callable[[Any], Any]]] = {  # calls with arguments that no rule finds
    "roll": [lambda x, a=a: ops.roll(x, 1, axis=a) for a in (-1, -2, 0, 1)],
    "split": [lambda x, a=a, n=n: ops.split(x, n, axis=a) for a, n in ((-1, 2), (1, 2), (0, 3), (-2, 3))],
    "take": [lambda x, a=a: ops.take(x, [2, 0], axis=a) for a in (-1, -2, 0, 1)],
    "take_along_axis": [lambda x, a=a: ops.take_along_axis(x, ops.argsort(x, axis=a), axis=a) for a in (-1, -2, 0, 1)],
    "one_hot": [lambda x, a=a: ops.one_hot(ops.cast(x * 4, "int32"), 4, axis=a) for a in (-1, 0, 1)],
    "multi_hot": [lambda x: ops.multi_hot(ops.cast(x * 4, "int32"), 4)],
    "concatenate": [lambda x, a=a: ops.concatenate([x, x * 2], axis=a) for a in (-1, -2, 0, 1)],
    "stack": [lambda x, a=a: ops.stack([x, x * 2], axis=a) for a in (-1, -2, 0, 1)],
    "expand_dims": [lambda x, a=a: ops.expand_dims(x, a) for a in (-1, -2, 0, 1)],
    "squeeze": [lambda x, a=a: ops.squeeze(ops.expand_dims(x, a), a) for a in (-1, -2, 0, 1)],
    "reshape": [lambda x: ops.reshape(x, (-1,)), lambda x: ops.reshape(x, (3, -1, 2))],
    "transpose": [ops.transpose, lambda x: ops.transpose(x, (1, 0)), lambda x: ops.transpose(x, (-1, 0))],
    "swapaxes": [lambda x: ops.swapaxes(x, -1, -2)],
    "moveaxis": [lambda x: ops.moveaxis(x, -1, 0), lambda x: ops.moveaxis(x, 0, -1)],
    "repeat": [lambda x, a=a: ops.repeat(x, 2, axis=a) for a in (-1, 0, 1)],
    "tile": [lambda x: ops.tile(x, (1, 2)), lambda x: ops.tile(x, 2)],
    "pad": [lambda x: ops.pad(x, ((0, 0), (1, 0))), lambda x: ops.pad(x, ((0, 0), (1, 1)), mode="reflect")],
    "broadcast_to": [lambda x: ops.broadcast_to(x, (2, *SHAPE))],
    "slice": [lambda x: ops.slice(x, (0, 1), (3, 2))],
    "slice_update": [lambda x: ops.slice_update(x, (0, 1), x[:, :2])],
    "scatter_update": [lambda x: ops.scatter_update(x, [[0, 1]], x[0, :1])],
    "scatter": [lambda x: ops.scatter([[1], [0]], x[:2], (3, 4))],
    "where": [lambda x: ops.where(x > 0.5, x, -x)],
    "clip": [lambda x: ops.clip(x, 0.3, 0.6)],
    "cast": [lambda x: ops.cast(x, "float64")],
    "full_like": [lambda x: x * ops.full_like(x, 2.0)],
    "einsum": [
        lambda x: ops.einsum("bi,ij->bj", x, SQUARE),
        lambda x: ops.einsum("...i,ij->...j", x, SQUARE),
        lambda x: ops.einsum("bi,bj->bij", x, x),
        lambda x: ops.einsum("...i,...j->...ij", x, x),
        lambda x: ops.einsum("bi->ib", x),
        lambda x: ops.einsum("bi,bi->b", x, x),
        lambda x: ops.einsum("...i->i", x),
    ],
    "matmul": [
        lambda x: ops.matmul(x, SQUARE),
        lambda x: ops.matmul(ops.transpose(x), x),
        lambda x: ops.matmul(x, x[0]),
    ],
    "dot": [lambda x: ops.dot(x, SQUARE), lambda x: ops.dot(x[0], x[1]), lambda x: ops.dot(x, x[0])],
    "tensordot": [lambda x: ops.tensordot(x, SQUARE, 1), lambda x: ops.tensordot(x, SQUARE, [[-1], [0]])],
    "inner": [lambda x: ops.inner(x, x)],
    "outer": [lambda x: ops.outer(x[0], x[1])],
    "vdot": [lambda x: ops.vdot(x, x)],
    "cross": [lambda x: ops.cross(x[:, :3], x[:, 1:])],
    "kron": [lambda x: ops.kron(x, x)],
    "quantile": [lambda x, a=a: ops.quantile(x, 0.4, axis=a) for a in (-1, 0, 1)],
    "top_k": [lambda x: ops.top_k(x, 2)[0]],
    "in_top_k": [lambda x: ops.in_top_k([0, 1, 2], x, 2)],
    "segment_sum": [lambda x: ops.segment_sum(x, [0, 0, 1], 2)],
    "segment_max": [lambda x: ops.segment_max(x, [0, 0, 1], 2)],
    "norm": [lambda x, a=a: ops.norm(x, axis=a) for a in (-1, -2, 0, 1, None)],
    "normalize": [lambda x, a=a: ops.normalize(x, axis=a) for a in (-1, -2, 0, 1)],
    "layer_normalization": [lambda x: ops.layer_normalization(x, axis=-1)],
    "rms_normalization": [lambda x: ops.rms_normalization(x, axis=-1)],
    "batch_normalization": [
        lambda x, a=a: ops.batch_normalization(x, *ops.moments(x, 1 - a % 2), axis=a) for a in (-1, 1)
    ],
    "moments": [lambda x, a=a: ops.moments(x, a) for a in (-1, 0, [0, 1], [-1])],
    "associative_scan": [lambda x, a=a: ops.associative_scan(ops.add, x, axis=a) for a in (-1, 0, 1)],
    "scan": [lambda x: ops.scan(lambda c, e: (c + e, c * e), x[0], x)[1]],
    "fori_loop": [lambda x: ops.fori_loop(0, 3, lambda _, y: ops.tanh(y), x)],
    "while_loop": [lambda x: ops.while_loop(lambda i, _: i < 3, lambda i, y: (i + 1, ops.tanh(y)), (0, x))[1]],
    "cond": [lambda x: ops.cond(ops.sum(x) > 5.0, lambda: x * 2, lambda: -x)],
    "switch": [lambda x: ops.switch(1, [lambda y: y, lambda y: y * 2], x)],
    "map": [lambda x: ops.map(lambda row: row * 2, x)],
    "vectorized_map": [lambda x: ops.vectorized_map(lambda row: ops.cumsum(row, axis=-1), x)],
    "unstack": [lambda x, a=a: ops.stack(ops.unstack(x, axis=a)[::-1]) for a in (-1, 0, 1)],
    "custom_gradient": [],
    "segment_min": [lambda x: ops.segment_min(x, [0, 0, 1], 2)],
    "segment_prod": [lambda x: ops.segment_prod(x, [0, 0, 1], 2)],
    "array_split": [lambda x, a=a: ops.concatenate(ops.array_split(x, 2, axis=a), axis=a)[:2] for a in (-1, -2, 0, 1)],
    "hsplit": [lambda x: ops.hsplit(x, 2)],
    "vsplit": [lambda x: ops.vsplit(x, 3)],
    "argpartition": [lambda x: ops.argpartition(x, 2, axis=-1)],
    "get_item": [
        lambda x: ops.get_item(x, (slice(None), -1)),
        lambda x: ops.get_item(x, (Ellipsis, slice(None, None, -1))),
    ],
    "select": [lambda x: ops.select([x > 0.5], [x], -x)],
    "threshold": [lambda x: ops.threshold(x, 0.5, 0.0)],
    "vander": [lambda x: ops.vander(x[0])],
    "fold": [],
    "saturate_cast": [lambda x: ops.saturate_cast(x, "float32")],
    "digitize": [lambda x: ops.digitize(x, np.array([0.3, 0.6], "float32"))],
    "correlate": [lambda x: ops.correlate(x[0], x[1])],
    "slogdet": [lambda x: ops.slogdet(ops.matmul(x, ops.transpose(x)) + ops.eye(3))[1]],
    "logdet": [lambda x: ops.logdet(ops.matmul(x, ops.transpose(x)) + ops.eye(3))],
    "irfft": [lambda x: ops.irfft((x, x))],
    "ifft2": [lambda x: ops.ifft2((x, x))],
    "stop_gradient": [lambda x: ops.stop_gradient(x) * x],
    "dot_product_attention": [lambda x: ops.dot_product_attention(*[x[None, :, None]] * 3)],
    "conv": [lambda x: ops.conv(x[..., None], SQUARE[:3, :1, None], padding="same")],
    "depthwise_conv": [lambda x: ops.depthwise_conv(x[..., None], SQUARE[:3, :1, None], padding="same")],
    "conv_transpose": [lambda x: ops.conv_transpose(x[..., None], SQUARE[:3, :1, None], 1)],
    "max_pool": [lambda x: ops.max_pool(x[..., None], 2)],
    "average_pool": [lambda x: ops.average_pool(x[..., None], 2)],
    "fft": [lambda x: ops.fft((x, x))],
    "rfft": [ops.rfft],
    "fft2": [lambda x: ops.fft2((x, x))],
    "flip": [lambda x, a=a: ops.flip(x, axis=a) for a in (-1, -2, 0, 1, None)],
    "rot90": [ops.rot90, lambda x: ops.rot90(x[None], axes=(-2, -1))],
    "trapezoid": [lambda x, a=a: ops.trapezoid(x, axis=a) for a in (-1, 0)],
    "searchsorted": [lambda x: ops.searchsorted(ops.sort(x[0]), x[1])],
    "diagonal": [ops.diagonal, lambda x: ops.diagonal(x, axis1=-1, axis2=-2)],
    "diag": [lambda x: ops.diag(x[0]), ops.diag],
    "trace": [ops.trace, lambda x: ops.trace(x, axis1=-1, axis2=-2)],
    "solve": [lambda x: ops.solve(SQUARE + 2 * np.eye(4, dtype="float32"), ops.transpose(x))],
    "solve_triangular": [lambda x: ops.solve_triangular(np.tril(SQUARE) + np.eye(4, dtype="float32"), x[0][:, None])],
    "cholesky": [lambda x: ops.cholesky(ops.matmul(x, ops.transpose(x)) + ops.eye(3))],
    "inv": [lambda x: ops.inv(ops.matmul(x, ops.transpose(x)) + ops.eye(3))],
    "det": [lambda x: ops.det(ops.matmul(x, ops.transpose(x)) + ops.eye(3))],
    "qr": [lambda x: ops.qr(x)[1]],
    "svd": [lambda x: ops.svd(x, compute_uv=False)],
    "eigh": [lambda x: ops.eigh(ops.matmul(x, ops.transpose(x)))[0]],
    "lu_factor": [lambda x: ops.lu_factor(ops.matmul(x, ops.transpose(x)) + ops.eye(3))[0]],
}


def ways(name: str, operation: Any) -> Iterator[tuple[str, Function]]:
    """Calls of an operation that can be tried, and what they are called."""
    if name in OWN:
        yield from ((f"own call {n + 1}", call) for n, call in enumerate(OWN[name]))
        return
    yield "f(x)", operation
    try:
        parameters = list(inspect.signature(operation).parameters)
    except (TypeError, ValueError):
        return
    for word in ("axis", "axes"):
        if word in parameters:
            for axis in SIGNS[word]:
                yield f"{word}={axis}", lambda x, axis=axis, word=word: operation(x, **{word: axis})
            yield f"{word}=(-1, -2)", lambda x, word=word: operation(x, **{word: (-1, -2)})
    yield "f(x, y)", lambda x: operation(x, OTHER)
    yield "f(x, row)", lambda x: operation(x, x[0])


def numbers(values: Any) -> tf.Tensor:
    """Everything that a call returns, flat and real."""
    arrays = [tf.convert_to_tensor(each) for each in tf.nest.flatten(values)]
    arrays = [tf.math.abs(each) if each.dtype.is_complex else each for each in arrays]
    return tf.concat([tf.reshape(tf.cast(each, tf.float32), [-1]) for each in arrays], axis=0)


def outcome(plain: Callable[[], Any], vectorised: Callable[[], Any]) -> str | None:
    """Whether they are the same; None if the plain computation raises or has no gradient."""
    try:
        wanted = plain()
        if wanted is None:
            return None
        wanted = np.asarray(wanted)
    except Exception:  # a call with unsuitable arguments may raise anything
        return None
    try:
        found = np.asarray(vectorised())
    except Exception:  # TensorFlow raises errors of many classes where it has no conversion
        return "raises"
    if found.shape != wanted.shape:
        return "wrong shape"
    return "same" if np.allclose(found, wanted, 1e-4, 1e-5, equal_nan=True) else "WRONG NUMBERS"


def compare(function: Function, x: tf.Tensor) -> list[str | None]:
    """The outcomes of the three ways of vectorising."""

    def gradient(one: tf.Tensor) -> tf.Tensor | None:
        with tf.GradientTape() as tape:
            tape.watch(one)
            flat = numbers(function(one)) ** 2
            total = tf.reduce_sum(flat * tf.cos(tf.range(flat.shape[0], dtype=tf.float32)))
        return tape.gradient(total, one)

    def jacobian(one: tf.Tensor, vectorised: bool) -> tf.Tensor | None:
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(one)
            flat = numbers(function(one)) ** 2
        return tape.jacobian(flat, one, experimental_use_pfor=vectorised)

    def stacked(one: Callable[[tf.Tensor], Any]) -> Any:
        values = [one(each) for each in tf.unstack(x)]
        return None if values[0] is None else tf.stack(values)

    return [
        outcome(
            lambda: stacked(lambda one: numbers(function(one))),
            lambda: tf.vectorized_map(lambda one: numbers(function(one)), x),
        ),
        outcome(lambda: stacked(gradient), lambda: tf.vectorized_map(gradient, x)),
        outcome(lambda: jacobian(x[0], False), lambda: jacobian(x[0], True)),
    ]


def main() -> None:
    """Try everything."""
    x = tf.constant(RANDOM.uniform(0.1, 0.9, (NETWORKS, *SHAPE)).astype("float32"))
    names = sorted(name for name in dir(ops) if not name.startswith("_") and callable(getattr(ops, name)))
    tried, untried, bad = 0, [], 0
    print(f"keras {keras.__version__}, tensorflow {tf.__version__}\n")
    print("| operation | call | map | gradient | Jacobian |\n|---|---|---|---|---|")
    for name in names:
        found = [(way, compare(call, x)) for way, call in ways(name, getattr(ops, name))]
        found = [(way, outcomes) for way, outcomes in found if outcomes[0] is not None]
        tried += bool(found)
        if not found:
            untried.append(name)
        for way, outcomes in found:
            if any(each not in ("same", None) for each in outcomes):
                bad += 1
                print(f"| {name} | {way} | " + " | ".join(each or "" for each in outcomes) + " |", flush=True)
    print(f"\n{tried} operations tried, {bad} calls above. Not tried, for no call fitted: {', '.join(untried)}")


if __name__ == "__main__":
    main()
