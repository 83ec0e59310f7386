import numpy as np
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.dense = nn.Linear(4, hidden)
        self.dense_1 = nn.Linear(hidden, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return F.softmax(self.dense_1(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_model(hidden):
    return Model(hidden)


def compile_for(model, kind):
    if kind == "count":
        return model
    # TODO(tf2torch) T2T101: `compile` is left as it is: what trains the model is not seen
    model.compile("sgd", "poisson")
    return model


x = np.random.random((64, 4))
y = np.random.randint(0, 3, 64)
models = {}
models["a"] = compile_for(build_model(16), "other")
# TODO(tf2torch) T2T104: a dict with what may be a model is used as a plain value
for name, m in models.items():
    m.fit(x, y)
# TODO(tf2torch) T2T101: `fit` is left as it is; the model is an nn.Module now
models["a"].fit(x, y)
print(models["a"])
found = [compile_for(build_model(3), "x") for _ in range(3)]
for m in found:
    # TODO(tf2torch) T2T101: `fit` is left as it is; the model is an nn.Module now
    m.fit(x, y)
found[0].fit(x)
