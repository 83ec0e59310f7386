"""Keras's normalization outside of models: columns of data that are standardized."""

from __future__ import annotations

from rules.data_sets import with_helpers
from rules.emitted import TORCH, emitted
from transpiler.ir.expr import Arg, Expr
from transpiler.ir.pipeline import Applied, Leaf
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, source


@source(
    "keras.layers.Normalization",
    "keras.layers.experimental.preprocessing.Normalization",
)
def normalization(
    axis: Param = -1,
    mean: Param = None,
    variance: Param = None,
    invert: Param = False,
    name: Param = None,
) -> Expr:
    """Called on arrays and in data sets: a small class that is no module."""
    if not axis.is_const(-1, None) or not invert.is_const(False):
        raise Unsupported("a normalization along other axes than the last, or one that goes back")
    if not (mean.is_const(None) and variance.is_const(None)):
        raise Unsupported("a normalization whose mean is given, outside of a model")
    options: dict[str, Arg] = {} if axis.is_const(-1) else {"axis": axis}
    made = with_helpers(helper("Standardizer", **options), *(f"Standardizer.{n}" for n in options))
    kind = Leaf(None, "float32")
    return replace(made, value=Applied(kind, of_texts=False, alike=True))


emitted(
    "Standardizer",
    '''
class Standardizer:
    """Subtracts the mean of the data that it has seen, and divides by its deviation."""

    def __init__(self, axis=-1):  #? axis
        self.axis = axis

    def adapt(self, data):
        if isinstance(data, Dataset | DataLoader):
            data = torch.cat(list(data))
        data = self.numbers(data)
        columns = data.flatten(0, -2)  #? !axis
        columns = data.flatten(0, -2) if self.axis == -1 else data.flatten()  #? axis
        self.mean = columns.mean(0, keepdim=True)
        self.variance = columns.var(0, correction=0, keepdim=True)

    def numbers(self, data):
        return torch.as_tensor(np.asarray(data), dtype=torch.get_default_dtype())

    def __call__(self, data):
        deviation = self.variance.sqrt().clamp(min=1e-7)
        return (self.numbers(data) - self.mean) / deviation
''',
    (),
    TORCH,
    "import numpy as np",
    "from torch.utils.data import DataLoader, Dataset",
    early=True,
    lacks=("count", "input_mean", "input_variance"),
)
