from torch import nn
from torch.nn import functional as F


class ConvBN(nn.Module):
    def __init__(self, channels, filters, frozen=True):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, filters, 3, padding="same", bias=False)
        if frozen:
            self.batch_normalization = nn.BatchNorm2d(
                filters, eps=1e-3, momentum=0.01
            ).requires_grad_(False)
        else:
            self.batch_normalization_1 = nn.BatchNorm2d(
                filters, eps=1e-3, momentum=0.01
            )
            self.batch_normalization = None

    def forward(self, x):
        x = self.conv2d(x)
        if self.batch_normalization is not None:
            x = frozen_batch_norm(self.batch_normalization, x)
        else:
            x = self.batch_normalization_1(x)
        return F.relu(x)


class Build(nn.Module):
    def __init__(self, input_shape=(16, 16, 3), widths=(4, 8), frozen=True):
        super().__init__()
        channels = input_shape[-1]
        self.conv_bns = nn.ModuleList()
        for width in widths:
            self.conv_bns.append(ConvBN(channels, width, frozen))
            channels = width
        self.dense = nn.Linear(channels, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv_bn in self.conv_bns:
            x = conv_bn(x)
            x = F.max_pool2d(x, 2)
        x = x.mean((2, 3))
        return self.dense(x)


def frozen_batch_norm(norm, x):
    """Normalize by the running statistics, also while training."""
    return F.batch_norm(
        x, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps
    )


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def build(input_shape=(16, 16, 3), widths=(4, 8), frozen=True):
    return Build(input_shape, widths, frozen)
