"""A stateful layer reads rows as if they continued one another, and they do not."""

from typing import TYPE_CHECKING

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

CHANGE = """rows = len(X) // {b} * {b}
order = np.arange(rows).reshape({b}, -1).T.ravel()  # row n + {b} continues row n
model.fit(X[order], y[order], batch_size={b}, shuffle=False)"""


def rows_not_continuous(subject: "KerasSubject") -> Fault | None:
    """Row n of a batch has to continue row n of the batch before; here row n + 1 continues row n."""
    if not subject.carried or subject.fit.shuffle or not subject.unsolved or subject.batch_size == 1:
        return None
    if subject.continues or not subject.consecutive:
        return None
    b, gain = subject.batch_size, subject.gain(1)
    return Fault(
        "rows-not-continuous",
        f"A stateful layer starts row n of a batch from the state at the end of row n of the batch before, which is "
        f"{b} rows earlier. In X, however, each row continues the row directly before it.",
        CHANGE.format(b=b),
        subject.evidence(batch_size=b, loss_after_previous_row=gain.with_earlier, loss_without=gain.without),
        subject.remaining,
    )
