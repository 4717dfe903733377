"""Models without memory, which see a whole sequence at once, or a window of a stream."""

import numpy as np
from real_sets import AHEAD
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge, SGDRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC, SVR


def _flat(x):
    return x.reshape(len(x), -1)


def _of_flat(model):
    return make_pipeline(FunctionTransformer(_flat), model)


def constant(setting, classes, seed):
    """The most frequent class, or the mean."""
    return _of_flat(DummyClassifier() if classes else DummyRegressor())


def linear(setting, classes, seed):
    """Logistic regression, or ridge regression."""
    return _of_flat(LogisticRegression(**setting, max_iter=1000) if classes else Ridge(**setting))


def kernel(setting, classes, seed):
    """A support vector machine."""
    return _of_flat((SVC if classes else SVR)(**setting))


def boosting(setting, classes, seed):
    """Gradient boosting on histograms."""
    made = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    return _of_flat(made(**setting, random_state=seed))


class YearBefore(RegressorMixin, BaseEstimator):
    """The temperature of the same month, a year before."""

    def fit(self, x, y):
        """Learn nothing."""
        return self

    def predict(self, x):
        """The temperature twelve months before the predicted one."""
        return x[:, AHEAD - 13, 0]


def year_before(setting, classes, seed):
    """The same month of the last year."""
    return YearBefore()


def lagged(setting, stream, seed):
    """The error of a linear model on a window of rows that learns each row's target after its forecast."""
    window, features = setting["window"], stream.x.shape[1]
    padded = np.concatenate([np.zeros((window - 1, features)), stream.x])
    windows = np.lib.stride_tricks.sliding_window_view(padded, window, axis=0).reshape(len(stream.y), 1, -1)
    model = SGDRegressor(learning_rate="constant", eta0=setting["eta0"], random_state=seed)
    predictions = np.full(len(stream.y), np.nan)
    for t, (x, y) in enumerate(zip(windows, stream.y, strict=True)):
        if t > 0:
            predictions[t] = model.predict(x)[0]
        model.partial_fit(x, [y])
    return stream.error(predictions[1:], since=1)
