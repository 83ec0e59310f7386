from typing import Callable, Optional

from keras.layers import Dense, Input
from keras.models import Model


def count_layers(model: Model, skip: int = 0) -> int:
    """How many parts a model has."""
    return len(list(model.children())) - skip


def build(units: int = 4) -> Model:
    inputs = Input((3,))
    x = inputs
    for _ in range(2):
        x = Dense(units, activation="relu")(x)
    return Model(inputs, x)


class Zoo:
    best: Optional[Model] = None

    def __init__(self, make: Callable[[int], Model] = build, first: "Model | None" = None):
        self.make: Callable[[int], "Model"] = make
        self.models: dict[str, Model] = {}
