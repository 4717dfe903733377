"""The custom gradients of a traced graph, which TensorFlow keeps until the process ends.

Wherever ``tf.custom_gradient`` is traced (``tf.nn.silu`` also uses it), TensorFlow enters the gradient into a table of
the process. The gradient holds the tensors of its graph, and so the graph, the layers in it, and all their programs.
"""

from itertools import chain
from typing import Any

from tensorflow.python.framework import ops

ATTRIBUTE = "_gradient_op_type"  # of a node: the name of its gradient in the table


def release_custom_gradients(graph: Any) -> int:
    """Remove the custom gradients of a graph from TensorFlow's table, so that the graph can be freed.

    Call it when the gradients in the graph are complete: the graph cannot be differentiated any more. The table is not
    part of TensorFlow's public API. In a version without it nothing is removed, and graphs stay in memory.

    Args:
        graph: A ``tf.Graph``; those of its loops and branches are included.

    Returns:
        The number of gradients removed.
    """
    table = getattr(getattr(ops, "gradient_registry", None), "_registry", None)
    if not isinstance(table, dict):
        return 0
    definition = graph.as_graph_def()
    nodes = chain(definition.node, *(function.node_def for function in definition.library.function))
    names = {node.attr[ATTRIBUTE].s.decode() for node in nodes if ATTRIBUTE in node.attr}
    custom = [name for name in names if name.startswith("CustomGradient")]  # the others are shared
    return sum(table.pop(name, None) is not None for name in custom)
