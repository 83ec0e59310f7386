from torch import nn
from torch.nn import functional as F


class Conv(nn.Module):
    def __init__(self, channels, filters, size=3, *, padding="same", strides=(1, 1)):
        super().__init__()
        self.conv2d = PaddedConv2d(
            channels, filters, size, stride=strides, padding=padding, bias=False
        )

    def forward(self, x):
        x = self.conv2d(x)
        return F.relu(x)


class Classifier(nn.Module):
    def __init__(self, classes=3):
        super().__init__()
        self.conv = Conv(3, 4)
        self.conv_1 = Conv(4, 6, padding="valid")
        self.conv_2 = Conv(6, 8, 5, strides=2)
        self.dense = nn.Linear(8, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv(x)
        x = self.conv_1(x)
        x = self.conv_2(x)
        x = x.mean((2, 3))
        return self.dense(x)


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


def build_classifier(classes=3):
    return Classifier(classes)
