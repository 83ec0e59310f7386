from torch import nn


class Build(nn.Module):
    def __init__(self, shape=None, tensor=None):
        if tensor is not None:
            raise NotImplementedError(
                "tensor: pass tensors to the model instead of building on them"
            )
        super().__init__()
        # the tensor first
        if shape is None:
            # then what is known
            size = 24
        elif shape[0] in (9, 12):
            size = shape[0]
        else:
            size = 6
        self.dense = nn.Linear(size * size * 3, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.flatten(1)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(shape=None, tensor=None):
    """A model whose size may be given by a tensor."""
    # the tensor first
    if shape is None:
        size = 24
    else:
        if shape[0] in (9, 12):
            size = shape[0]
        else:
            size = 6
    model = Build(shape, tensor)
    print("size", size)
    return model
