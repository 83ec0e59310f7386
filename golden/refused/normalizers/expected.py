import numpy as np
import torch
from torch import nn

x = np.random.rand(100, 9).astype("float32")
y = np.random.rand(100)

x = x * 2


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        # what it has seen is something else when the model is made
        # TODO(tf2torch) T2T202: keras.layers.Normalization: the data that `adapt` has seen are others now
        self.changed = NotConverted(
            "T2T202: keras.layers.Normalization: the data that `adapt` has seen are others now"
        )
        self.dense = LazyLinear(1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.changed(x)
        return self.dense(x)


class LazyLinear(nn.LazyLinear):
    """Starts from Keras's weights when the first batch tells their size."""

    def reset_parameters(self):
        if self.in_features and not self.has_uninitialized_params():
            init_like_keras(self)


class Normalization(nn.Module):
    """Subtract a mean and divide by a deviation, both found in data beforehand."""

    def __init__(self, *size):
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("variance", torch.ones(size))

    def adapt(self, data):
        data = torch.as_tensor(np.asarray(data)).to(self.mean)
        dims = list(range(data.dim() - self.mean.dim()))
        self.mean = data.mean(dims)
        self.variance = data.var(dims, correction=0)
        return self

    def forward(self, x):
        return (x - self.mean) / self.variance.sqrt().clamp(min=1e-7)


class NotConverted(nn.Module):
    """Stands for a layer that has no faithful translation: raises when it is called."""

    def __init__(self, reason):
        super().__init__()
        self.reason = reason

    def forward(self, *inputs):
        raise NotImplementedError(self.reason)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(getattr(module, "weight", None), nn.UninitializedParameter):
        return  # the first batch tells its size
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()


class Last(nn.Module):
    def __init__(self):
        super().__init__()
        self.learned = Normalization(9).adapt(x)
        self.dense = nn.Linear(9, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.learned(x)
        return self.dense(x)


last = Last()
