"""Blocks in the style of segmentation_models."""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


class Conv2dBn(nn.Module):
    """A convolution with batch normalization."""

    def __init__(
        self,
        channels,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        activation=None,
        use_batchnorm=False,
    ):
        super().__init__()
        self.conv2d = PaddedConv2d(
            channels,
            filters,
            kernel_size,
            stride=strides,
            padding=padding,
            bias=not use_batchnorm,
        )
        self.batch_normalization = (
            nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01) if use_batchnorm else None
        )
        self.activation = ChannelsFirstActivation(activation) if activation else None

    def forward(self, x):
        x = self.conv2d(x)
        if self.batch_normalization is not None:
            x = self.batch_normalization(x)
        # the activation comes last
        if self.activation is not None:
            x = self.activation(x)
        return x


class Conv3x3BnReLU(nn.Module):
    def __init__(self, channels, filters, use_batchnorm=True):
        super().__init__()
        self.conv2d_bn = Conv2dBn(
            channels,
            filters,
            kernel_size=3,
            activation="relu",
            padding="same",
            use_batchnorm=use_batchnorm,
        )

    def forward(self, input_tensor):
        return self.conv2d_bn(input_tensor)


class SpatialAttention(nn.Module):
    """Where to look."""

    def __init__(self, channels, kernel_size=7):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, 1, kernel_size, padding="same")

    def forward(self, tensor):
        gate = torch.sigmoid(self.conv2d(tensor))
        return tensor * gate


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


class PaddedConv2d(nn.Conv2d):
    """Takes Keras's names of paddings: "valid" or "same"."""

    def __init__(self, *args, padding="valid", **kwargs):
        super().__init__(*args, **kwargs)
        self.same = padding.lower() == "same"

    def forward(self, x):
        if self.same:
            x = F.pad(x, same_padding(x, self.kernel_size, self.stride))
        return super().forward(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv3x3_bn_re_lu = Conv3x3BnReLU(3, 8)
        self.spatial_attention = SpatialAttention(8)
        self.conv2d_bn = Conv2dBn(8, 16, (3, 3), strides=(2, 2), activation="tanh")
        self.spatial_attention_1 = SpatialAttention(16, kernel_size=3)
        self.dense = nn.Linear(16, 5)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv3x3_bn_re_lu(x)
        x = self.spatial_attention(x)
        x = self.conv2d_bn(x)
        x = self.spatial_attention_1(x)
        x = x.mean((2, 3))
        return self.dense(x)


model = Model()
