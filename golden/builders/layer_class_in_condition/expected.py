from torch import nn
from torch.nn import functional as F


class ConvStack(nn.Module):
    def __init__(self, channels, filters, dropout_type="spatial", dropout=0.1, n=2):
        super().__init__()
        if dropout_type != "spatial" and dropout_type != "standard":
            raise ValueError(
                f"dropout_type must be one of ['spatial', 'standard'], got {dropout_type}"
            )

        self.conv2ds = nn.ModuleList()
        self.dropouts = nn.ModuleList()
        for _ in range(n):
            self.conv2ds.append(nn.Conv2d(channels, filters, 3, padding="same"))
            channels = filters
            if dropout > 0.0:
                self.dropouts.append(
                    nn.Dropout2d(dropout)
                    if dropout_type == "spatial"
                    else nn.Dropout(dropout)
                )
            else:
                self.dropouts.append(None)
        self.out_channels = channels

    def forward(self, x):
        for conv2d, dropout in zip(self.conv2ds, self.dropouts):
            x = F.relu(conv2d(x))
            if dropout is not None:
                x = dropout(x)
        return x


class Net(nn.Module):
    def __init__(self, dropout_type="spatial"):
        super().__init__()
        self.conv_stack = ConvStack(3, 8, dropout_type)
        self.conv_stack_1 = ConvStack(
            self.conv_stack.out_channels, 16, dropout_type, dropout=0.0
        )
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv_stack(x)
        x = F.max_pool2d(x, 2)
        x = self.conv_stack_1(x)
        return x.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def net(size=16, dropout_type="spatial"):
    return Net(dropout_type)


spatial = net()
standard = net(dropout_type="standard")
