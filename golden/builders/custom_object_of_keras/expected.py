from tensorflow import keras
from torch import nn
from torch.nn import functional as F


# TODO(tf2torch) T2T103: `keras.activations.sigmoid` is left as it is
def swish(x):
    return x * keras.activations.sigmoid(x)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 3)
        self.dense_1 = nn.Linear(3, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.silu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
