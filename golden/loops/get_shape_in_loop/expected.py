"""Dense nets, as they were written for Keras 1 and 2."""

import torch
from torch import nn
from torch.nn import functional as F


class ConvBlock(nn.Module):
    def __init__(self, channels, growth):
        super().__init__()
        self.batch_normalization = nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)
        self.conv2d = nn.Conv2d(channels, growth, 3, padding="same", bias=False)

    def forward(self, x):
        x = self.batch_normalization(x)
        x = F.relu(x)
        return self.conv2d(x)


class Transition(nn.Module):
    def __init__(self, channels, reduction):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, int(channels * reduction), 1)
        self.out_channels = int(channels * reduction)

    def forward(self, x):
        x = self.conv2d(x)
        return F.avg_pool2d(x, 2)


class DenseNet(nn.Module):
    def __init__(
        self, input_shape=(16, 16, 3), blocks=(2, 2), growth=4, reduction=0.5, classes=3
    ):
        super().__init__()
        self.conv2d = nn.Conv2d(input_shape[-1], 2 * growth, 3, padding="same")
        channels = 2 * growth
        self.conv_blocks = nn.ModuleList()
        self.transitions = nn.ModuleList()
        for i, n in enumerate(blocks):
            conv_blocks = nn.ModuleList()
            for _ in range(n):
                conv_blocks.append(ConvBlock(channels, growth))
                channels = channels + growth
            self.conv_blocks.append(conv_blocks)
            if i < len(blocks) - 1:
                self.transitions.append(Transition(channels, reduction))
                channels = self.transitions[-1].out_channels
            else:
                self.transitions.append(None)
        self.dense = nn.Linear(channels, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        for conv_blocks, transition in zip(self.conv_blocks, self.transitions):
            for conv_block in conv_blocks:
                x = torch.cat([x, conv_block(x)], dim=1)
            if transition is not None:
                x = transition(x)
        x = x.mean((2, 3))
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def densenet(input_shape=(16, 16, 3), blocks=(2, 2), growth=4, reduction=0.5, classes=3):
    return DenseNet(input_shape, blocks, growth, reduction, classes)


model = densenet()
