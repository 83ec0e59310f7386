from torch import nn


class Net(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dense = nn.Linear(dim, 1)
        self.apply(init_like_keras)

    def forward(self, inp):
        return self.dense(inp)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


# TODO(tf2torch) T2T104: `Net` takes no name any more, which went to keras.Model
net = Net(5, name="mine")
