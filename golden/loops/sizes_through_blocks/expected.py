from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


class ConvLayer(nn.Module):
    def __init__(
        self,
        channels,
        filters=8,
        kernel_size=3,
        strides=1,
        activation="relu",
        conv_first=True,
    ):
        super().__init__()
        self.conv_first = conv_first
        self.conv = Conv2dSame(channels, filters, kernel_size, stride=strides)
        if conv_first:
            self.activation = (
                ChannelsFirstActivation(activation) if activation is not None else None
            )
            self.activation_1 = None
        else:
            self.activation_1 = (
                ChannelsFirstActivation(activation) if activation is not None else None
            )
            self.activation = None

    def forward(self, x):
        if self.conv_first:
            x = self.conv(x)
            if self.activation is not None:
                x = self.activation(x)
        else:
            if self.activation_1 is not None:
                x = self.activation_1(x)
            x = self.conv(x)
        return x


class ResNet(nn.Module):
    def __init__(self, input_shape=(20, 24, 3), stacks=3, classes=4):
        super().__init__()
        filters = 8
        self.conv_layer = ConvLayer(input_shape[-1])
        height = input_shape[0]
        width = input_shape[1]
        channels = 8
        self.conv_layers = nn.ModuleList()
        self.conv_layers_1 = nn.ModuleList()
        self.conv_layers_2 = nn.ModuleList()
        for stack in range(stacks):
            conv_layers = nn.ModuleList()
            conv_layers_1 = nn.ModuleList()
            conv_layers_2 = nn.ModuleList()
            for block in range(2):
                strides = 1
                if stack > 0 and block == 0:
                    strides = 2
                conv_layers.append(ConvLayer(channels, filters, strides=strides))
                conv_layers_1.append(
                    ConvLayer(filters, filters, activation=None, conv_first=False)
                )
                if stack > 0 and block == 0:
                    conv_layers_2.append(
                        ConvLayer(
                            channels, filters, 1, strides=strides, activation=None
                        )
                    )
                    height = -(-height // strides)
                    width = -(-width // strides)
                else:
                    conv_layers_2.append(None)
                channels = filters
            self.conv_layers.append(conv_layers)
            self.conv_layers_1.append(conv_layers_1)
            self.conv_layers_2.append(conv_layers_2)
            filters *= 2
        height = height // 2
        width = width // 2
        self.dense = nn.Linear(height * width * channels, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv_layer(x)
        for conv_layers, conv_layers_1, conv_layers_2 in zip(
            self.conv_layers, self.conv_layers_1, self.conv_layers_2
        ):
            for conv_layer, conv_layer2, conv_layer3 in zip(
                conv_layers, conv_layers_1, conv_layers_2
            ):
                y = conv_layer(x)
                y = conv_layer2(y)
                if conv_layer3 is not None:
                    x = conv_layer3(x)
                x = x + y
        x = F.avg_pool2d(x, 2)
        return self.dense(x.permute(0, 2, 3, 1).flatten(1))


def build_resnet(input_shape=(20, 24, 3), stacks=3, classes=4):
    return ResNet(input_shape, stacks, classes)


class Down(nn.Module):
    def __init__(self, channels, filters, size, step):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, filters, size, stride=step)

    def forward(self, x):
        x = self.conv2d(x)
        return F.relu(x)


class Encoder(nn.Module):
    def __init__(self, input_shape=(40, 40, 1), widths=(4, 8)):
        super().__init__()
        height = input_shape[0]
        width2 = input_shape[1]
        channels = input_shape[-1]
        self.downs = nn.ModuleList()
        for width in widths:
            self.downs.append(Down(channels, width, 3, 2))
            height = (height - 3) // 2 + 1
            width2 = (width2 - 3) // 2 + 1
            channels = width
        self.down = Down(channels, 8, 2, 1)
        height = height - 1
        width2 = width2 - 1
        self.dense = nn.Linear(height * width2 * 8, 5)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for down in self.downs:
            x = down(x)
        x = self.down(x)
        return self.dense(x.permute(0, 2, 3, 1).flatten(1))


def build_encoder(input_shape=(40, 40, 1), widths=(4, 8)):
    return Encoder(input_shape, widths)


class Pooled(nn.Module):
    def __init__(self, input_shape=(40, 40, 1)):
        super().__init__()
        channels = input_shape[-1]
        self.conv_layers = nn.ModuleList()
        for _ in range(2):
            self.conv_layers.append(ConvLayer(channels, 4, strides=2))
            channels = 4
        self.dense = nn.Linear(4, 5)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv_layer in self.conv_layers:
            x = conv_layer(x)
        x = x.mean((2, 3))
        return self.dense(x)


def build_pooled(input_shape=(40, 40, 1)):
    """No layer needs the sizes here, so they are not computed."""
    return Pooled(input_shape)


class BySteps(nn.Module):
    def __init__(self, input_shape=(16, 12, 1)):
        super().__init__()
        height = input_shape[0]
        width = input_shape[1]
        channels = input_shape[-1]
        self.conv_layers = nn.ModuleList()
        for step in ((2, 1), (1, 2)):
            self.conv_layers.append(ConvLayer(channels, 4, strides=step))
            height = -(-height // step[0])
            width = -(-width // step[1])
            channels = 4
        self.dense = nn.Linear(height * width * 4, 5)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv_layer in self.conv_layers:
            x = conv_layer(x)
        return self.dense(x.permute(0, 2, 3, 1).flatten(1))


def build_by_steps(input_shape=(16, 12, 1)):
    """Strides that differ between the axes."""
    return BySteps(input_shape)


class ByPlan(nn.Module):
    def __init__(self, input_shape=(16, 12, 1)):
        super().__init__()
        height = input_shape[0]
        width = input_shape[1]
        channels = input_shape[-1]
        self.conv_layers = nn.ModuleList()
        for filters, step in [(4, 1), (8, 2), (8, 3)]:
            self.conv_layers.append(ConvLayer(channels, filters, strides=step))
            height = -(-height // step)
            width = -(-width // step)
            channels = filters
        self.dense = nn.Linear(height * width * channels, 5)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv_layer in self.conv_layers:
            x = conv_layer(x)
        return self.dense(x.permute(0, 2, 3, 1).flatten(1))


def build_by_plan(input_shape=(16, 12, 1)):
    return ByPlan(input_shape)


class ResidualBlock(nn.Module):
    def __init__(self, channels, filters, strides=1):
        super().__init__()
        self.conv2d = Conv2dSame(channels, filters, 3, stride=strides)
        self.conv2d_1 = nn.Conv2d(filters, filters, 3, padding="same")
        self.conv2d_2 = (
            nn.Conv2d(channels, filters, 1, stride=strides) if strides != 1 else None
        )

    def forward(self, x):
        y = F.relu(self.conv2d(x))
        y = self.conv2d_1(y)
        if self.conv2d_2 is not None:
            x = self.conv2d_2(x)
        return x + y


class Shortcuts(nn.Module):
    def __init__(self, input_shape=(20, 13, 8), depth=3):
        super().__init__()
        height = input_shape[0]
        width = input_shape[1]
        channels = input_shape[-1]
        self.residual_blocks = nn.ModuleList()
        for i in range(depth):
            self.residual_blocks.append(
                ResidualBlock(channels, 8, strides=2 if i else 1)
            )
            height = -(-height // (2 if i else 1))
            width = -(-width // (2 if i else 1))
            channels = 8
        height = height // 2
        width = width // 2
        self.dense = nn.Linear(height * width * channels, 5)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for residual_block in self.residual_blocks:
            x = residual_block(x)
        x = F.avg_pool2d(x, 2)
        return self.dense(x.permute(0, 2, 3, 1).flatten(1))


def build_shortcuts(input_shape=(20, 13, 8), depth=3):
    """The shortcut has the sizes of what it is added to, whichever way it goes."""
    return Shortcuts(input_shape, depth)


class PooledBlock(nn.Module):
    def __init__(self, channels, filters, kernel_size=(3, 3), pool=(2, 2)):
        super().__init__()
        self.pool = pool
        self.conv2d = nn.Conv2d(channels, filters, kernel_size)

    def forward(self, x):
        x = F.relu(self.conv2d(x))
        return F.max_pool2d(x, self.pool)


class Tuples(nn.Module):
    def __init__(self, input_shape=(40, 36, 1), blocks=((4, 1), (8, 2)), pool=(2, 1)):
        super().__init__()
        self.pooled_block = PooledBlock(input_shape[-1], 4, pool=pool)
        self.pooled_block_1 = PooledBlock(4, 4, kernel_size=2, pool=2)
        height = ((input_shape[0] - 2) // pool[0] - 1) // 2
        width2 = ((input_shape[1] - 2) // pool[1] - 1) // 2
        channels = 4
        step = 1
        self.conv_layers = nn.ModuleList()
        for width, stride in blocks:
            self.conv_layers.append(ConvLayer(channels, width * 2, strides=stride))
            height = -(-height // stride)
            width2 = -(-width2 // stride)
            height = height // step
            width2 = width2 // step
            channels = width * 2
            step = step + 1
        self.dense = nn.Linear(height * width2 * channels, 5)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.pooled_block(x)
        x = self.pooled_block_1(x)
        step = 1
        for conv_layer in self.conv_layers:
            x = conv_layer(x)
            x = F.max_pool2d(x, step)
            step = step + 1
        return self.dense(x.permute(0, 2, 3, 1).flatten(1))


def build_tuples(input_shape=(40, 36, 1), blocks=((4, 1), (8, 2)), pool=(2, 1)):
    """Sizes as tuples and as numbers, in the parameters of blocks and in those of the model."""
    return Tuples(input_shape, blocks, pool)


class Autoencoder(nn.Module):
    def __init__(self, input_shape=(16, 12, 1), widths=[4, 8], code=6):
        super().__init__()
        height = input_shape[0]
        width2 = input_shape[1]
        channels = input_shape[-1]
        self.residual_blocks = nn.ModuleList()
        for width in widths:
            self.residual_blocks.append(ResidualBlock(channels, width, strides=2))
            height = -(-height // 2)
            width2 = -(-width2 // 2)
            channels = width
        shape = (height, width2, channels)
        self.dense = nn.Linear(height * width2 * channels, code)
        self.dense_1 = nn.Linear(code, shape[0] * shape[1] * shape[2])
        self.conv2d_transposes = nn.ModuleList()
        for width in reversed(widths):
            self.conv2d_transposes.append(
                nn.ConvTranspose2d(channels, width, 3, stride=2)
            )
            channels = width
        self.conv2d = nn.Conv2d(channels, 1, 3, padding="same")
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for residual_block in self.residual_blocks:
            x = residual_block(x)
        shape = (x.shape[2], x.shape[3], x.shape[1])
        x = self.dense(x.permute(0, 2, 3, 1).flatten(1))
        x = self.dense_1(x)
        x = x.reshape(-1, shape[0], shape[1], shape[2])
        x = x.permute(0, 3, 1, 2)
        for conv2d_transpose in self.conv2d_transposes:
            x = conv2d_transpose(x)[..., :-1, :-1]
        return self.conv2d(x).permute(0, 2, 3, 1)


class Activation(nn.Module):
    """An activation by its Keras name; a function stands for itself."""

    functions = {
        None: nn.Identity(),
        "elu": F.elu,
        "exponential": torch.exp,
        "gelu": F.gelu,
        "hard_sigmoid": F.hardsigmoid,
        "leaky_relu": partial(F.leaky_relu, negative_slope=0.2),
        "linear": nn.Identity(),
        "log_softmax": partial(F.log_softmax, dim=-1),
        "mish": F.mish,
        "relu": F.relu,
        "relu6": F.relu6,
        "selu": F.selu,
        "sigmoid": torch.sigmoid,
        "silu": F.silu,
        "softmax": partial(F.softmax, dim=-1),
        "softplus": F.softplus,
        "softsign": F.softsign,
        "swish": F.silu,
        "tanh": torch.tanh,
    }

    def __init__(self, name):
        super().__init__()
        if not callable(name) and name not in self.functions:
            raise ValueError(f"unknown activation: {name!r}")
        self.function = name if callable(name) else self.functions[name]

    def forward(self, x):
        return self.function(x)


class ChannelsFirstActivation(Activation):
    """The same where channels are at dimension 1: softmax runs over them."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


def same_padding(x, kernel_size, stride):
    """What TensorFlow's "same" pads, for F.pad: the odd cell goes to the far side."""
    padding = []
    for size, k, s in zip(x.shape[2:], kernel_size, stride):
        total = max(k - (size % s or s), 0)
        padding = [total // 2, total - total // 2, *padding]
    return padding


class Conv2dSame(nn.Conv2d):
    """Pads as TensorFlow's "same" does, whatever the size of the input."""

    def forward(self, x):
        padding = same_padding(x, self.kernel_size, self.stride)
        if padding[::2] != padding[1::2]:
            return super().forward(F.pad(x, padding))
        pad = padding[::-2]  # alike on both sides: the convolution pads without a copy
        return F.conv2d(x, self.weight, self.bias, self.stride, pad, groups=self.groups)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_autoencoder(input_shape=(16, 12, 1), widths=[4, 8], code=6):
    """What the shape was before it was flattened, by its name."""
    return Autoencoder(input_shape, widths, code)
