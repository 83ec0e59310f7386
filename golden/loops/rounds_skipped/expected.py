from torch import nn
from torch.nn import functional as F


class Network(nn.Module):
    def __init__(
        self, input_shape=(32, 32, 3), blocks=("conv", "pool", "skip", "conv"), width=8
    ):
        super().__init__()
        self.blocks = blocks
        channels = input_shape[-1]
        self.conv2ds = nn.ModuleList()
        self.batch_normalizations = nn.ModuleList()
        for i, kind in enumerate(blocks):
            if kind == "conv":
                self.conv2ds.append(
                    nn.Conv2d(channels, width * (i + 1), 3, padding="same")
                )
                channels = width * (i + 1)
                if i == 0:
                    self.batch_normalizations.append(None)
                else:
                    self.batch_normalizations.append(
                        nn.BatchNorm2d(width * (i + 1), eps=1e-3, momentum=0.01)
                    )
            else:
                self.conv2ds.append(None)
                self.batch_normalizations.append(None)
        self.dense = nn.Linear(channels, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for kind, conv2d, batch_normalization in zip(
            self.blocks, self.conv2ds, self.batch_normalizations
        ):
            if conv2d is not None:
                x = conv2d(x)
                # not known here
                if batch_normalization is not None:
                    x = batch_normalization(x)
                    x = F.leaky_relu(x, 0.3)
            elif kind == "pool":
                x = F.max_pool2d(x, 2)
        x = x.amax((2, 3))
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def network(input_shape=(32, 32, 3), blocks=("conv", "pool", "skip", "conv"), width=8):
    return Network(input_shape, blocks, width)


model = network()
other = network((16, 16, 1), ("pool", "conv"), 4)
