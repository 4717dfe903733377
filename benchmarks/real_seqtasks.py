"""seqtasks, by its estimators."""

from real_work import KERAS

from seqtasks.estimators import SequenceClassifier, SequenceRegressor, StreamRegressor, prequential_score


def sequences(setting, classes, seed):
    """An estimator of whole sequences."""
    estimator = SequenceClassifier if classes else SequenceRegressor
    return estimator(
        model=setting.model or f"gru:units={setting.units},{KERAS}",
        trainer=f"{setting.trainer or 'batch'}:batch_size={setting.batch_size}",
        learning_rate=setting.learning_rate,
        epochs=setting.epochs,
        random_state=seed,
    )


def rows(setting, stream, seed):
    """The error of an estimator of streams that learns each row's target after its forecast."""

    def error(model, X, y):
        return stream.error(model.predict(X), since=1)  # nothing is known before the first row

    estimator = StreamRegressor(**setting, random_state=seed)
    return prequential_score(estimator, stream.x, stream.y, scoring=error).score
