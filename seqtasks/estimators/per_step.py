"""Any scikit-learn transformer, over the features of each step."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final, Self, final

import numpy as np
from scipy.sparse import issparse
from sklearn import get_config
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin, clone
from sklearn.utils import Tags, check_array, get_tags
from sklearn.utils._set_output import _get_output_config  # not public, and what its own wrapper asks
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import (
    _check_feature_names_in,  # not public, and what its own transformers ask
    check_is_fitted,
    validate_data,
)

from seqtasks.estimators.column_names import check_same_names, warn_of_steps
from seqtasks.estimators.steps import Array, Steps, are_apart, each_step, refuse_other_things, steps
from seqtasks.estimators.transaction import AbstractTransactional, atomic, restorer

MATRIX: Final = 2
FITS: Final = ("fit", "fit_transform", "partial_fit")


def _offered(method: str) -> Any:
    """Makes a method one that there is where the transformer has it."""
    return available_if(lambda self: hasattr(self.transformer, method))


@final
class PerStep(AbstractTransactional, TransformerMixin, BaseEstimator):
    """A transformer of tables, lifted to sequences: fitted on all steps of all sequences, it sees a row for each.

    X is (n, T), one feature at each step; (n, T, F); or a list or an array of objects that holds n sequences (T_i, F).
    What comes back has the same form. Of (n, T) it is (n, T) where the transformer makes one number of one, and
    (n, T, G) where it makes G; sparse rows are made dense.

    ``y`` and metadata such as ``sample_weight`` are each step's, (n, T) or n arrays (T_i,), or each sequence's, (n,),
    and then stand for all of its steps.

    With ``set_output`` a frame comes back where the result is (n, T). (n, T, G) and lists cannot be one, and are an
    error then: ``set_output(transform="default")`` asks for arrays, whatever ``sklearn.set_config`` says.

    Args:
        transformer: What is fitted, a copy of it. It stays as it is.

    Attributes:
        transformer_: The copy that was fitted.
        univariate_: Whether X was (n, T).
        n_features_in_: F; of X (n, T) it is T, as everywhere in scikit-learn, and T stays what it was.
        feature_names_in_: The columns' names, where X was a frame, or a list of frames with the same columns.

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
            ValueError: If X has another form than those, or the transformer does not take such values.
            TypeError: If it is no transformer.
        """
        self._learn("fit", X, y, metadata)
        return self

    @_offered("partial_fit")
    @atomic
    def partial_fit(self, X: Any, y: Any = None, **metadata: Any) -> Self:
        """Go on with the steps of more sequences.

        Raises:
            ValueError: As :meth:`fit`, or if X has other features than before.
        """
        self._learn("partial_fit", X, y, metadata)
        return self

    @atomic
    def fit_transform(self, X: Any, y: Any = None, **metadata: Any) -> Any:
        """Fit on the sequences and transform them, by the transformer's own ``fit_transform``.

        Raises:
            ValueError: As :meth:`fit`.
        """
        taken, rows = self._learn("fit_transform", X, y, metadata)
        return self._formed(taken, rows)

    def transform(self, X: Any) -> Any:
        """Transform each step.

        Raises:
            ValueError: If X has other features than at fit.
        """
        check_is_fitted(self, "transformer_")
        taken = self._steps(X, reset=False)
        return self._formed(taken, self.transformer_.transform(taken.rows))

    @_offered("inverse_transform")
    def inverse_transform(self, X: Any) -> Any:
        """What :meth:`transform` would have made X of.

        Raises:
            ValueError: If X has other features than :meth:`transform` gives.
        """
        check_is_fitted(self, "transformer_")
        taken = steps(X)
        self._refuse_other_results(taken)
        rows = _dense(self.transformer_.inverse_transform(taken.rows))
        if self.univariate_:  # whatever came of each step's number, it was one
            return rows.reshape(len(taken.lengths), -1)
        return taken.back(rows)

    @_offered("get_feature_names_out")
    def get_feature_names_out(self, input_features: Any = None) -> Array:
        """The names of each step's features after :meth:`transform`; of (n, T) to (n, T), the steps' own names.

        Args:
            input_features: The names before; None for those of the frame, or x0, x1, ...
        """
        check_is_fitted(self, "transformer_")
        if not self.univariate_:
            names = _check_feature_names_in(self, input_features, generate_names=False)
            return np.asarray(self.transformer_.get_feature_names_out(names))
        names = np.asarray(self.transformer_.get_feature_names_out())
        return OneToOneFeatureMixin.get_feature_names_out(self, input_features) if len(names) == 1 else names

    def get_metadata_routing(self) -> MetadataRouter:
        """The transformer's own requests."""
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

    def _learn(self, method: str, X: Any, y: Any, metadata: dict[str, Any]) -> tuple[Steps, Any]:
        """Have the transformer learn by that method of its own; what it returns of the rows."""
        routed = metadata
        if get_config()["enable_metadata_routing"]:
            routed = process_routing(self, method, **metadata).transformer[method]
        goes_on = method == "partial_fit" and hasattr(self, "transformer_")
        # of any transformer, only a copy that has learned is sure to be whole
        transformer = deepcopy(self.transformer_) if goes_on else clone(self.transformer)
        if not (hasattr(transformer, "transform") or hasattr(transformer, "fit_transform")):
            raise TypeError(f"PerStep lifts a transformer, and {type(transformer).__name__} has no method transform.")
        taken = self._steps(X, reset=not goes_on)
        lifted = {name: each_step(value, taken.lengths) for name, value in routed.items() if value is not None}
        targets = None if y is None else each_step(y, taken.lengths)
        returned = getattr(transformer, method)(taken.rows, targets, **lifted)
        self.transformer_ = transformer
        return taken, returned

    def _snapshot(self) -> Callable[[], None]:
        return restorer(self)

    def _formed(self, taken: Steps, rows: Any) -> Any:
        """The rows that the transformer made, in the form of X."""
        formed = taken.back(_dense(rows))
        frames = _get_output_config("transform", self)["dense"]
        if frames != "default" and not (self.univariate_ and formed.ndim == MATRIX):
            shown = f"of shape {formed.shape}" if isinstance(formed, np.ndarray) else "a list of sequences"
            raise ValueError(
                f"Output of {frames} is asked for, and the result is {shown}, which no frame holds. Ask for arrays "
                "here: PerStep(...).set_output(transform='default')."
            )
        return formed

    def _refuse_other_results(self, taken: Steps) -> None:
        """Hold rows (N, G) against the G that the transformer makes, where it says so."""
        try:
            wanted = len(self.transformer_.get_feature_names_out())
        except (AttributeError, ValueError):  # it names none
            return
        if taken.rows.shape[1] != wanted:
            form = "(n, T)" if self.univariate_ and wanted == 1 else f"(n, T, {wanted})"
            raise ValueError(f"X has {taken.rows.shape[1]} features at each step; expected {form}, as of transform.")

    def _steps(self, X: Any, reset: bool) -> Steps:
        """The steps of X; what of values is fit for the transformer is the transformer's to say."""
        refuse_other_things(X)
        shape = None if are_apart(X) else X.shape if hasattr(X, "shape") else np.asarray(X).shape
        univariate = shape is not None and not shape[2:]
        if reset:
            self.univariate_ = univariate
        if univariate != self.univariate_:
            got = "sequences apart from one another" if shape is None else f"shape {shape}"
            F = self.n_features_in_
            wanted = f"(n, {F})" if self.univariate_ else f"(n, T, {F}) or a list of sequences (T_i, {F})"
            raise ValueError(f"X has {got}; expected {wanted}, as at fit.")
        if univariate:
            if reset:
                warn_of_steps(X)
            return steps(validate_data(self, X, reset=reset, dtype=None, ensure_all_finite=False))
        taken = steps(X)
        rows = check_array(taken.rows, dtype=None, ensure_all_finite=False, input_name="X", estimator=self)
        check_same_names(X, "X")
        validate_data(self, X[0], reset=reset, skip_check_array=True)  # the names of the features, and how many
        return replace(taken, rows=rows)


def _dense(rows: Any) -> Array:
    """The rows of a table, sparse or a frame, as an array (N, G)."""
    return np.asarray(rows.toarray() if issparse(rows) else rows)
