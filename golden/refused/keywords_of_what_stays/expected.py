from torch import nn


def finish(model, scale=1.0):
    print(scale)
    return model


class Build(nn.Module):
    def __init__(self, classes=3):
        super().__init__()
        self.dense = nn.Linear(4, classes)
        self.apply(init_like_keras)

    def forward(self, inputs):
        return self.dense(inputs)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(classes=3, **kwargs):
    model = Build(classes)
    # TODO(tf2torch) T2T101: `finish` is left as it is; the model is an nn.Module now
    return finish(model, **kwargs)
