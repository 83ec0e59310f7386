import torch
from torch import nn


class ConvStack(nn.Module):
    def __init__(self, channels2, channels, depth=2, activation="ReLU"):
        super().__init__()
        self.conv2ds = nn.ModuleList()
        self.activations = nn.ModuleList()
        for _ in range(depth):
            self.conv2ds.append(nn.Conv2d(channels2, channels, 3, padding="same"))
            self.activations.append(activation_layer(activation, dim=1))
            channels2 = channels
        self.out_channels = channels2

    def forward(self, x):
        for conv2d, activation in zip(self.conv2ds, self.activations):
            x = conv2d(x)
            x = activation(x)
        return x


class Gate(nn.Module):
    def __init__(
        self, channels2, g_channels, channels, activation="ReLU", attention="add"
    ):
        super().__init__()
        self.attention = attention
        self.conv2d = nn.Conv2d(channels2, channels, 1)
        self.conv2d_1 = nn.Conv2d(g_channels, channels, 1)
        if attention not in ("add", "multiply"):
            raise KeyError(attention)
        self.activation = activation_layer(activation, dim=1)
        self.conv2d_2 = nn.Conv2d(channels, 1, 1)

    def forward(self, x, g):
        theta = self.conv2d(x)
        phi = self.conv2d_1(g)
        if self.attention == "add":
            query = theta + phi
        else:
            query = theta * phi
        weights = torch.sigmoid(self.conv2d_2(self.activation(query)))
        return x * weights


class Build(nn.Module):
    def __init__(self, size=(8, 8, 3), activation="ReLU", attention="add", depth=2):
        super().__init__()
        self.conv_stack = ConvStack(size[-1], 4, depth, activation)
        self.conv_stack_1 = ConvStack(
            self.conv_stack.out_channels, 4, depth, activation
        )
        self.gate = Gate(
            self.conv_stack.out_channels,
            self.conv_stack_1.out_channels,
            2,
            activation,
            attention,
        )
        self.conv2d = nn.Conv2d(self.conv_stack.out_channels, 1, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv_stack(x)
        skip = x
        x = self.conv_stack_1(x)
        x = self.gate(skip, x)
        return self.conv2d(x).permute(0, 2, 3, 1)


def activation_layer(name, dim=-1):
    """The activation layer that Keras has by a name; `dim` is where the channels are."""
    if name == "ReLU":
        return nn.ReLU()
    if name == "LeakyReLU":
        return nn.LeakyReLU(0.3)
    if name == "ELU":
        return nn.ELU()
    if name == "Softmax":
        return nn.Softmax(dim)
    raise ValueError(f"no activation layer: {name!r}")


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(size=(8, 8, 3), activation="ReLU", attention="add", depth=2):
    return Build(size, activation, attention, depth)
