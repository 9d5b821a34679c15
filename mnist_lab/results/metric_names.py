"""Under which name Keras reports the accuracy of a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

_USUAL = ("accuracy", "acc", "categorical_accuracy", "sparse_categorical_accuracy")


def accuracy_name(reported: Iterable[str], model: keras.Model | None = None) -> str | None:
    """Return which of the `reported` names, the keys of Keras' logs, is the training accuracy; None if there is none.

    Keras' own names come first, then any other name with "acc" in it, then the name of a metric object of `model`
    whose class is one of Keras' accuracies. The validation accuracy has the same name after "val_".
    """
    names = [name.removeprefix("val_") for name in reported if isinstance(name, str)]
    others = [name for name in names if "acc" in name and "top" not in name]
    for name in (*_USUAL, *others, *_accuracy_objects(getattr(model, "metrics", None))):
        if name in names:
            return name
    return None


def _accuracy_objects(metrics: Iterable[Any] | None) -> Iterator[str]:
    """Yield the names of the accuracies among metric objects, also of those that Keras keeps in one of its own."""
    for metric in metrics or []:
        kinds = [kind.__name__ for kind in type(metric).__mro__]
        if any(kind.endswith("Accuracy") and "TopK" not in kind for kind in kinds):
            yield metric.name
        yield from _accuracy_objects(getattr(metric, "metrics", None))
