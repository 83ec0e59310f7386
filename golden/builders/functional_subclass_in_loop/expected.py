from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv2d = Conv2dSame(channels, filters, 3, stride=stride, bias=False)
        self.batch_normalization = nn.BatchNorm2d(filters, momentum=0.01)

    def forward(self, x):
        x = self.conv2d(x)
        x = self.batch_normalization(x)
        return F.relu(x)


class Backbone(nn.Module):
    """A backbone with a feature map at every stage."""

    def __init__(
        self,
        stages=(16, 32, 64),
        include_top=True,
        num_classes=10,
        image_shape=(32, 32, 3),
    ):
        super().__init__()
        channels = image_shape[-1]
        self.blocks = nn.ModuleList()
        for i, filters in enumerate(stages):
            self.blocks.append(Block(channels, filters, 1 if i == 0 else 2))
            channels = filters
        self.predictions = nn.Linear(channels, num_classes) if include_top else None
        self.stages = stages
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for block in self.blocks:
            x = block(x)
        if self.predictions is not None:
            x = x.mean((2, 3))
            x = F.softmax(self.predictions(x), dim=-1)
        else:
            x = x.permute(0, 2, 3, 1)
        return x


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
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


backbone = Backbone()
headless = Backbone(stages=(8, 16), include_top=False)
