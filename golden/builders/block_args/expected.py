"""ResNet for small images."""

from torch import nn
from torch.nn import functional as F


class ConvBNReLU(nn.Module):
    def __init__(self, channels, filters, kernel_size=3, strides=1, activation=True):
        super().__init__()
        self.activation = activation
        self.conv2d = with_init(
            Conv2dSame(channels, filters, kernel_size, stride=strides, bias=False),
            weight=he_normal_,
        )
        self.batch_normalization = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)

    def forward(self, x):
        x = self.conv2d(x)
        x = self.batch_normalization(x)
        if self.activation:
            x = F.relu(x)
        return x


class ResidualBlock(nn.Module):
    """Two convolutions and a shortcut."""

    def __init__(self, channels, filters, downsample=False):
        super().__init__()
        strides = 2 if downsample else 1
        shortcut_channels = channels
        self.conv_bn_relu = ConvBNReLU(channels, filters, strides=strides)
        self.conv_bn_relu_1 = ConvBNReLU(filters, filters, activation=False)
        self.conv_bn_relu_2 = (
            ConvBNReLU(
                shortcut_channels,
                filters,
                kernel_size=1,
                strides=strides,
                activation=False,
            )
            if downsample or shortcut_channels != filters
            else None
        )

    def forward(self, x):
        shortcut = x
        x = self.conv_bn_relu(x)
        x = self.conv_bn_relu_1(x)
        if self.conv_bn_relu_2 is not None:
            # The shortcut has to have the same shape
            shortcut = self.conv_bn_relu_2(shortcut)
        x = x + shortcut
        return F.relu(x)


class Res(nn.Module):
    def __init__(self, input_shape=(32, 32, 3), num_blocks=(2, 2), num_filters=16):
        super().__init__()
        self.conv_bn_relu = ConvBNReLU(input_shape[-1], num_filters)
        channels = num_filters
        self.residual_blocks = nn.ModuleList()
        for i, blocks in enumerate(num_blocks):
            residual_blocks = nn.ModuleList()
            for j in range(blocks):
                residual_blocks.append(
                    ResidualBlock(channels, num_filters, downsample=j == 0 and i != 0)
                )
                channels = num_filters
            self.residual_blocks.append(residual_blocks)
            num_filters *= 2
        self.dense = nn.Linear(channels, 10)
        self.apply(init_like_keras)

    def forward(self, inputs):
        inputs = inputs.permute(0, 3, 1, 2)
        t = self.conv_bn_relu(inputs)
        for residual_blocks in self.residual_blocks:
            for residual_block in residual_blocks:
                t = residual_block(t)
        t = t.mean((2, 3))
        return F.softmax(self.dense(t), dim=-1)


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


def he_normal_(weight):
    """He normal, cut off at two standard deviations as in Keras."""
    std = (2 / weight[0].numel()) ** 0.5 / 0.87962566103423978
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
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def create_res_net(input_shape=(32, 32, 3), num_blocks=(2, 2), num_filters=16):
    return Res(input_shape, num_blocks, num_filters)


model = create_res_net()
