import numpy as np
from keras import backend as K
from torch import nn
from torch.nn import functional as F


# TODO(tf2torch) T2T103: `K.sum` is left as it is
def weighted(weights):
    def loss(y_true, y_pred):
        return -K.sum(y_true * K.log(y_pred) * weights, -1)

    return loss


x = np.random.rand(64, 8)
labels = np.eye(3)[np.random.randint(0, 3, 64)]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 3)
        self.apply(init_like_keras)

    def forward(self, inputs):
        return F.softmax(self.dense(inputs), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
# TODO(tf2torch) T2T101: `compile` is left as it is: `loss` is not understood as a function of tensors: make a tensor of `weights` in the function around it, as K.constant does
model.compile("sgd", weighted(np.array([0.5, 2.0, 10.0])))
model.fit(x, labels, epochs=2, verbose=0)
