"""Losses and metrics that programs call by hand, on arrays: NumPy computes them."""

from __future__ import annotations

from rules.emitted import emitted
from transpiler.rule import by_hand

NUMPY = "import numpy as np"
#: Members of Keras's metrics that the emitted classes have other names for, or none.
LACKS = ("update_state", "result", "reset_state", "reset_states")

emitted(
    "of_one_rank",
    '''
def of_one_rank(targets, outputs):
    """Both as arrays with as many axes: one may lack a last axis of size 1."""
    targets, outputs = np.asarray(targets), np.asarray(outputs)
    if targets.ndim == 1 and outputs.ndim == 2:
        targets = targets[:, None]
    elif outputs.ndim == 1 and targets.ndim == 2:
        outputs = outputs[:, None]
    return targets, outputs
''',
    (),
    NUMPY,
    early=True,
)


def _function(name: str, doc: str, body: str, *names: str) -> None:
    """Declare a function of targets and outputs, under the names that Keras has for it."""
    source = f'def {name}(targets, outputs):\n    """{doc}"""\n'
    source += f"    targets, outputs = of_one_rank(targets, outputs)\n{body}\n"
    emitted(name, source, ("of_one_rank",), NUMPY, early=True)
    for package in ("keras.losses", "keras.metrics"):
        by_hand(name, *(f"{package}.{one}" for one in names))


_function(
    "mean_absolute_error",
    "Mean absolute error over the last axis.",
    "    return np.abs(targets - outputs).mean(-1)",
    "mean_absolute_error", "mae", "MAE",
)  # fmt: skip
_function(
    "mean_squared_error",
    "Mean squared error over the last axis.",
    "    return np.square(targets - outputs).mean(-1)",
    "mean_squared_error", "mse", "MSE",
)  # fmt: skip
_function(
    "mean_absolute_percentage_error_of_arrays",
    "How far outputs are off, in percent of their targets.",
    """    errors = np.abs((targets - outputs) / np.maximum(np.abs(targets), 1e-7))
    return 100 * errors.mean(-1)""",
    "mean_absolute_percentage_error", "mape", "MAPE",
)  # fmt: skip
_function(
    "binary_crossentropy_of_arrays",
    "Crossentropy of probabilities, clipped as Keras clips them.",
    """    outputs = np.clip(outputs, 1e-7, 1 - 1e-7)
    return -(targets * np.log(outputs) + (1 - targets) * np.log(1 - outputs)).mean(-1)""",
    "binary_crossentropy", "bce", "BCE",
)  # fmt: skip

_function(
    "categorical_crossentropy_of_arrays",
    "Crossentropy of probabilities that add up to 1, clipped as Keras clips them.",
    """    outputs = np.clip(outputs / outputs.sum(-1, keepdims=True), 1e-7, 1 - 1e-7)
    return -(targets * np.log(outputs)).sum(-1)""",
    "categorical_crossentropy",
)  # fmt: skip

emitted(
    "cross_entropy_of_arrays",
    '''
def cross_entropy_of_arrays(targets, logits):
    """Mean crossentropy of classes, by the scores before the softmax."""
    logits, targets = torch.as_tensor(logits), torch.as_tensor(targets)
    return F.cross_entropy(logits, targets.flatten().long()).item()
''',
    (),
    early=True,
)


def _mean(name: str, doc: str, each: str) -> None:
    """Declare a metric that is a mean, as a class that arrays are given to."""
    emitted(
        name,
        f'''
class {name}:
    """{doc}"""

    def __init__(self):
        self.reset()

    def reset(self):
        self.total, self.count = 0.0, 0

    def update(self, targets, outputs):
        targets, outputs = of_one_rank(targets, outputs)
        values = {each}
        self.total += values.sum()
        self.count += values.size

    def compute(self):
        return self.total / max(self.count, 1)
''',
        ("of_one_rank",),
        NUMPY,
        early=True,
        lacks=LACKS,
    )
    by_hand(name, f"keras.metrics.{name}")


_mean(
    "MeanSquaredError",
    "The mean squared error of all that it was given.",
    "np.square(targets - outputs).mean(-1)",
)
_mean(
    "MeanAbsoluteError",
    "The mean absolute error of all that it was given.",
    "np.abs(targets - outputs).mean(-1)",
)
_mean(
    "BinaryAccuracy",
    "How many outputs are on the side of 0.5 that their targets are on.",
    "(outputs > 0.5) == targets",
)
_mean(
    "CategoricalAccuracy",
    "How often the class with the largest output is that of the targets.",
    "targets.argmax(-1) == outputs.argmax(-1)",
)

emitted(
    "SparseCategoricalAccuracy",
    '''
class SparseCategoricalAccuracy:
    """How often the class with the largest output is the target."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.total, self.count = 0, 0

    def update(self, targets, outputs):
        best = np.asarray(outputs).argmax(-1)
        self.total += (np.reshape(targets, best.shape) == best).sum()
        self.count += best.size

    def compute(self):
        return self.total / max(self.count, 1)
''',
    (),
    NUMPY,
    early=True,
    lacks=LACKS,
)
by_hand("SparseCategoricalAccuracy", "keras.metrics.SparseCategoricalAccuracy")

emitted(
    "RootMeanSquaredError",
    '''
class RootMeanSquaredError(MeanSquaredError):
    """The root of the mean squared error of all that it was given."""

    def compute(self):
        return super().compute() ** 0.5
''',
    ("MeanSquaredError",),
    early=True,
    lacks=LACKS,
)
by_hand("RootMeanSquaredError", "keras.metrics.RootMeanSquaredError")

emitted(
    "Mean",
    '''
class Mean:
    """The mean of all numbers that it was given."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.total, self.count = 0.0, 0

    def update(self, values):
        self.total += np.sum(values)
        self.count += np.size(values)

    def compute(self):
        return self.total / max(self.count, 1)
''',
    (),
    NUMPY,
    early=True,
    lacks=LACKS,
)
by_hand("Mean", "keras.metrics.Mean")


def _share(name: str, doc: str, of: str) -> None:
    """Declare a share of true positives, as a class that arrays are given to."""
    emitted(
        name,
        f'''
class {name}:
    """{doc}"""

    def __init__(self):
        self.reset()

    def reset(self):
        self.true_positives = self.count = 0.0

    def update(self, targets, outputs):
        targets, outputs = of_one_rank(targets, outputs)
        positive, wanted = outputs > 0.5, targets != 0
        self.true_positives += (positive & wanted).sum()
        self.count += {of}.sum()

    def compute(self):
        return self.true_positives / max(self.count, 1)
''',
        ("of_one_rank",),
        NUMPY,
        early=True,
        lacks=LACKS,
    )
    by_hand(name, f"keras.metrics.{name}")


_share("Precision", "How many of the outputs above 0.5 are right.", "positive")
_share("Recall", "How many of the positive targets have an output above 0.5.", "wanted")

emitted(
    "confusion_counts",
    '''
def confusion_counts(labels, predictions, num_classes=None):
    """How often each class, by rows, was taken for each, by columns."""
    labels = np.ravel(labels).astype(int)
    predictions = np.ravel(predictions).astype(int)
    size = num_classes or max(labels.max(), predictions.max()) + 1
    counts = np.zeros((size, size), dtype=np.int32)
    np.add.at(counts, (labels, predictions), 1)
    return counts
''',
    (),
    NUMPY,
    early=True,
)
by_hand("confusion_counts", "tf.math.confusion_matrix")
