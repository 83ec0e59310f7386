import copy
import math
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

STAGES = [
    {"filters": 8, "repeats": 1, "strides": 1, "se_ratio": 0.0},
    {"filters": 12, "repeats": 2, "strides": 2, "se_ratio": 0.25},
]
KERNEL_INITIALIZER = {
    "class_name": "VarianceScaling",
    "config": {"scale": 2.0, "mode": "fan_out", "distribution": "truncated_normal"},
}


class Block(nn.Module):
    """A convolution with squeeze and excitation."""

    def __init__(
        self,
        channels,
        activation,
        drop_rate=0.0,
        filters=16,
        strides=1,
        se_ratio=0.0,
        skip=True,
    ):
        super().__init__()
        inputs_channels = channels
        self.conv = with_init(
            Conv2dSame(channels, filters, 3, stride=strides),
            weight=lambda w: variance_scaling_(w, scale=2.0, mode="fan_out"),
        )
        self.activation = ChannelsFirstActivation(activation)
        channels = filters
        if 0 < se_ratio <= 1:
            self.conv2d = nn.Conv2d(filters, max(1, int(filters * se_ratio)), 1)
            self.se_expand = nn.Conv2d(max(1, int(filters * se_ratio)), filters, 1)
        else:
            self.conv2d = None
        if skip and strides == 1:
            self.dropout = nn.Dropout(drop_rate)
            channels = filters + inputs_channels
        else:
            self.dropout = None
        self.out_channels = channels

    def forward(self, x):
        inputs = x
        x = self.conv(x)
        x = self.activation(x)
        if self.conv2d is not None:
            se = x.mean((2, 3))
            se = se[:, :, None, None]
            se = F.relu(self.conv2d(se))
            se = torch.sigmoid(self.se_expand(se))
            x = x * se
        if self.dropout is not None:
            x = self.dropout(x)
            x = torch.cat([x, inputs], dim=1)
        return x


class Build(nn.Module):
    def __init__(self, width=1.0, depth=1.0, drop_rate=0.0, stages=None, classes=3):
        super().__init__()
        if stages is None:
            stages = STAGES

        def round_filters(filters, divisor=4):
            """The nearest multiple of the divisor."""
            filters *= width
            # at least one of them
            return max(divisor, int(filters + divisor / 2) // divisor * divisor)

        def round_repeats(repeats):
            return int(math.ceil(depth * repeats))

        self.normalization = Normalization(3)
        self.conv2d = nn.Conv2d(3, round_filters(6), 3, padding="same")
        channels = round_filters(6)

        # the dicts are changed below
        stages = copy.deepcopy(stages)
        count = 0
        blocks = float(sum(round_repeats(args["repeats"]) for args in stages))
        self.blocks = nn.ModuleList()
        for args in stages:
            args["filters"] = round_filters(args["filters"])
            block_list = nn.ModuleList()
            for j in range(round_repeats(args.pop("repeats"))):
                # only the first one of a stage halves the image
                if j > 0:
                    args["strides"] = 1
                block_list.append(
                    Block(channels, "swish", drop_rate * count / blocks, **args)
                )
                channels = block_list[-1].out_channels
                count += 1
            self.blocks.append(block_list)
        self.dense = nn.Linear(channels, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x * (1.0 / 255)
        x = self.normalization(x)
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        for block_list in self.blocks:
            for block in block_list:
                x = block(x)

        x = x.mean((2, 3))
        return self.dense(x)


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


class Normalization(nn.Module):
    """Subtract a mean and divide by a deviation, both found in data beforehand."""

    def __init__(self, *size):
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("variance", torch.ones(size))

    def adapt(self, data):
        data = torch.as_tensor(np.asarray(data)).to(self.mean)
        dims = list(range(data.dim() - self.mean.dim()))
        self.mean = data.mean(dims)
        self.variance = data.var(dims, correction=0)
        return self

    def forward(self, x):
        return (x - self.mean) / self.variance.sqrt().clamp(min=1e-7)


def variance_scaling_(
    weight, scale=1.0, mode="fan_in", distribution="truncated_normal"
):
    """Spread weights by the number of their inputs and outputs, as Keras does."""
    fan_in = weight[0].numel() if weight.dim() > 1 else len(weight)
    fan_out = weight[:, 0].numel() if weight.dim() > 1 else len(weight)
    fans = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
    std = (scale / fans[mode]) ** 0.5
    if distribution == "uniform":
        return nn.init.uniform_(weight, -(3**0.5) * std, 3**0.5 * std)
    if distribution == "untruncated_normal":
        return nn.init.normal_(weight, std=std)
    std /= 0.87962566103423978
    return nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)


def with_init(module, **inits):
    """Start these weights of a layer in their own way, the others as Keras does."""
    init_like_keras(module)
    for name, init in inits.items():
        weight = getattr(module, name, None)  # there may be none, or a fixed one
        if isinstance(weight, nn.Parameter) or name.startswith("running"):
            init(weight)
    module.initialized = True
    return module


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if hasattr(module, "initialized"):
        return
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(width=1.0, depth=1.0, drop_rate=0.0, stages=None, classes=3):
    return Build(width, depth, drop_rate, stages, classes)
