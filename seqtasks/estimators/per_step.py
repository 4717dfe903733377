"""Applies a scikit-learn transformer to the features of each step."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final, Self, final

import numpy as np
from scipy.sparse import issparse
from sklearn import get_config
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin, clone
from sklearn.utils import Tags, check_array, get_tags
from sklearn.utils._set_output import _get_output_config  # not public; scikit-learn's own wrapper uses it
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import (
    _check_feature_names_in,  # not public; scikit-learn's own transformers use it
    check_is_fitted,
    validate_data,
)

from seqtasks.estimators.data.input_checks import check_same_names, warn_of_steps
from seqtasks.estimators.data.sequences import (
    Array,
    StepRows,
    check_holds_sequences,
    flatten,
    is_list_of_sequences,
    values_by_step,
)
from seqtasks.estimators.transaction import AbstractTransactional, atomic, restorer

MATRIX: Final = 2
FITS: Final = ("fit", "fit_transform", "partial_fit")


def _if_transformer_has(method: str) -> Any:
    """Make a method available if the transformer has this method."""
    return available_if(lambda self: hasattr(self.transformer, method))


@final
class PerStep(AbstractTransactional, TransformerMixin, BaseEstimator):
    """Applies a transformer of tables to sequences: the steps of all sequences are the rows of its table.

    X is (n, T), one feature at each step; (n, T, F); or a list or an array of objects that holds n sequences (T_i, F).
    The result has the same form. For X (n, T) it is (n, T) if the transformer returns one feature, and (n, T, G) if it
    returns G; sparse rows become dense.

    ``y`` and metadata such as ``sample_weight`` have a value for each step, (n, T) or n arrays (T_i,), or for each
    sequence, (n,), which is repeated at all of its steps.

    With ``set_output``, a result (n, T) is a frame. Results (n, T, G) and lists cannot be frames and raise an error:
    ``set_output(transform="default")`` requests arrays, even if ``sklearn.set_config`` requests frames.

    Args:
        transformer: The transformer; a clone of it is fitted.

    Attributes:
        transformer_: The fitted clone.
        univariate_: Whether X was (n, T).
        n_features_in_: F; for X (n, T) it is T, as in all of scikit-learn, and later X must have the same T.
        feature_names_in_: The column names, if X was a frame, or a list of frames with the same columns.

    Example:
        >>> from sklearn.preprocessing import StandardScaler
        >>> X = np.array([[[1.0, 10.0], [3.0, 10.0]], [[5.0, 40.0], [7.0, 40.0]]])  # 2 sequences, 2 steps, 2 features
        >>> PerStep(StandardScaler()).fit_transform(X).round(2).tolist()
        [[[-1.34, -1.0], [-0.45, -1.0]], [[0.45, 1.0], [1.34, 1.0]]]
    """

    transformer_: Any

    def __init__(self, transformer: Any) -> None:
        self.transformer = transformer

    @atomic
    def fit(self, X: Any, y: Any = None, **metadata: Any) -> Self:
        """Fit on all steps of all sequences.

        Raises:
            ValueError: If X has another form, or the transformer does not support its values.
            TypeError: If ``transformer`` is not a transformer.
        """
        self._call_fit("fit", X, y, metadata)
        return self

    @_if_transformer_has("partial_fit")
    @atomic
    def partial_fit(self, X: Any, y: Any = None, **metadata: Any) -> Self:
        """Continue with the steps of more sequences.

        Raises:
            ValueError: As :meth:`fit`, or if X has other features than at fit.
        """
        self._call_fit("partial_fit", X, y, metadata)
        return self

    @atomic
    def fit_transform(self, X: Any, y: Any = None, **metadata: Any) -> Any:
        """Fit on the sequences and transform them, by the transformer's own ``fit_transform``.

        Raises:
            ValueError: As :meth:`fit`.
        """
        steps, rows = self._call_fit("fit_transform", X, y, metadata)
        return self._unflatten(steps, rows)

    def transform(self, X: Any) -> Any:
        """Transform each step.

        Raises:
            ValueError: If X has other features than at fit.
        """
        check_is_fitted(self, "transformer_")
        steps = self._check_steps(X, reset=False)
        return self._unflatten(steps, self.transformer_.transform(steps.rows))

    @_if_transformer_has("inverse_transform")
    def inverse_transform(self, X: Any) -> Any:
        """Apply the inverse transformation to each step.

        Raises:
            ValueError: If X has other features than :meth:`transform` returns.
        """
        check_is_fitted(self, "transformer_")
        steps = flatten(X)
        self._check_result_features(steps)
        rows = dense(self.transformer_.inverse_transform(steps.rows))
        if self.univariate_:  # each step had one number
            return rows.reshape(len(steps.lengths), -1)
        return steps.unflatten(rows)

    @_if_transformer_has("get_feature_names_out")
    def get_feature_names_out(self, input_features: Any = None) -> Array:
        """The names of the features after :meth:`transform`; from (n, T) to (n, T), the names of the steps.

        Args:
            input_features: The names before; None for the column names of the frame, or x0, x1, ...
        """
        check_is_fitted(self, "transformer_")
        if not self.univariate_:
            names = _check_feature_names_in(self, input_features, generate_names=False)
            return np.asarray(self.transformer_.get_feature_names_out(names))
        names = np.asarray(self.transformer_.get_feature_names_out())
        return OneToOneFeatureMixin.get_feature_names_out(self, input_features) if len(names) == 1 else names

    def get_metadata_routing(self) -> MetadataRouter:
        """The metadata that the transformer requests."""
        mapping = MethodMapping()
        for method in FITS:
            mapping.add(caller=method, callee=method)
        return MetadataRouter(owner=self).add(transformer=self.transformer, method_mapping=mapping)

    def __sklearn_tags__(self) -> Tags:
        tags, own = super().__sklearn_tags__(), get_tags(self.transformer)
        tags.input_tags = replace(
            own.input_tags, one_d_array=False, two_d_array=True, three_d_array=True, sparse=False, pairwise=False
        )
        tags.transformer_tags, tags.target_tags = own.transformer_tags, own.target_tags
        tags.non_deterministic, tags.no_validation = own.non_deterministic, own.no_validation
        return tags

    def _call_fit(self, method: str, X: Any, y: Any, metadata: dict[str, Any]) -> tuple[StepRows, Any]:
        """Call this method of a clone of the transformer; returns the steps of X and the result for them."""
        routed = metadata
        if get_config()["enable_metadata_routing"]:
            routed = process_routing(self, method, **metadata).transformer[method]
        continues = method == "partial_fit" and hasattr(self, "transformer_")
        # a copy, because the transformer may fail halfway
        transformer = deepcopy(self.transformer_) if continues else clone(self.transformer)
        if not (hasattr(transformer, "transform") or hasattr(transformer, "fit_transform")):
            raise TypeError(
                f"{type(transformer).__name__} has no method transform. Pass a transformer, such as StandardScaler()."
            )
        steps = self._check_steps(X, reset=not continues)
        by_step = {name: values_by_step(value, steps.lengths) for name, value in routed.items() if value is not None}
        targets = None if y is None else values_by_step(y, steps.lengths)
        result = getattr(transformer, method)(steps.rows, targets, **by_step)
        self.transformer_ = transformer
        return steps, result

    def _snapshot(self) -> Callable[[], None]:
        return restorer(self)

    def _unflatten(self, steps: StepRows, rows: Any) -> Any:
        """The rows of the transformer's result, in the form of X."""
        result = steps.unflatten(dense(rows))
        frames = _get_output_config("transform", self)["dense"]
        if frames != "default" and not (self.univariate_ and result.ndim == MATRIX):
            form = f"of shape {result.shape}" if isinstance(result, np.ndarray) else "a list of sequences"
            raise ValueError(
                f"The output is set to {frames}, and a frame cannot hold the result, {form}. Request arrays: "
                "PerStep(...).set_output(transform='default')."
            )
        return result

    def _check_result_features(self, steps: StepRows) -> None:
        """Check that rows (N, G) have as many features as the transformer returns, if it has names for them."""
        try:
            expected = len(self.transformer_.get_feature_names_out())
        except (AttributeError, ValueError):  # it has no names
            return
        if steps.rows.shape[1] != expected:
            form = "(n, T)" if self.univariate_ and expected == 1 else f"(n, T, {expected})"
            raise ValueError(
                f"X has {steps.rows.shape[1]} features at each step; expected {form}. Pass what transform returns."
            )

    def _check_steps(self, X: Any, reset: bool) -> StepRows:
        """The steps of X; the transformer checks their values."""
        check_holds_sequences(X)
        shape = None if is_list_of_sequences(X) else X.shape if hasattr(X, "shape") else np.asarray(X).shape
        univariate = shape is not None and not shape[2:]
        if reset:
            self.univariate_ = univariate
        if univariate != self.univariate_:
            form = "a list of sequences" if shape is None else f"an array of shape {shape}"
            F = self.n_features_in_
            expected = f"(n, {F})" if self.univariate_ else f"(n, T, {F}) or a list of sequences (T_i, {F})"
            raise ValueError(f"X is {form}; expected {expected}, as at fit. Reshape X, or fit again.")
        if univariate:
            if reset:
                warn_of_steps(X)
            return flatten(validate_data(self, X, reset=reset, dtype=None, ensure_all_finite=False))
        steps = flatten(X)
        rows = check_array(steps.rows, dtype=None, ensure_all_finite=False, input_name="X", estimator=self)
        check_same_names(X, "X")
        validate_data(self, X[0], reset=reset, skip_check_array=True)  # the number and the names of the features
        return replace(steps, rows=rows)


def dense(rows: Any) -> Array:
    """The rows of a table, sparse or a frame, as an array (N, G)."""
    return np.asarray(rows.toarray() if issparse(rows) else rows)
