import numpy as np
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        # TODO(tf2torch) T2T202: keras.layers.LSTM: stateful=True with a mask, dropout, or other activations
        self.lstm = NotConverted(
            "T2T202: keras.layers.LSTM: stateful=True with a mask, dropout, or other activations"
        )
        self.dense = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = without_padding(x)
        x = self.lstm(x)
        return self.dense(x)


class LazyLinear(nn.LazyLinear):
    """Starts from Keras's weights when the first batch tells their size."""

    def reset_parameters(self):
        if self.in_features and not self.has_uninitialized_params():
            init_like_keras(self)


class NotConverted(nn.Module):
    """Stands for a layer that has no faithful translation: raises when it is called."""

    def __init__(self, reason):
        super().__init__()
        self.reason = reason

    def forward(self, *inputs):
        raise NotImplementedError(self.reason)


def without_padding(x, value=0.0):
    """Zero the steps that hold nothing but `value`."""
    return x * (x != value).any(-1, keepdim=True)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(getattr(module, "weight", None), nn.UninitializedParameter):
        return  # the first batch tells its size
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()


class Both(nn.Module):
    def __init__(self):
        super().__init__()
        # TODO(tf2torch) T2T202: keras.layers.Bidirectional: stateful=True keeps the state from one batch to the next
        self.bidirectional = NotConverted(
            "T2T202: keras.layers.Bidirectional: stateful=True keeps the state from one batch to the next"
        )
        self.dense = LazyLinear(1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.bidirectional(x)
        return self.dense(x)


both = Both()


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(3, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


plain = Plain()
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `reset_states` in line 17, of the same model
plain.compile("sgd", "mse")
plain.fit(np.ones((8, 3)), np.ones(8), verbose=0)
# TODO(tf2torch) T2T101: `reset_states` is left as it is: no layer of the model keeps its state
plain.reset_states()
