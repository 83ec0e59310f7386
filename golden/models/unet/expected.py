"""A small U-Net for semantic segmentation."""
import torch
from torch import nn
from torch.nn import functional as F


class ConvBlock(nn.Module):
    """Two 3x3 convolutions, each followed by batch normalization."""

    def __init__(self, channels, filters, dropout=0.0):
        super().__init__()
        self.conv2ds = nn.ModuleList()
        self.batch_normalizations = nn.ModuleList()
        for _ in range(2):
            self.conv2ds.append(
                nn.Conv2d(channels, filters, 3, padding="same", bias=False)
            )
            self.batch_normalizations.append(
                nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)
            )
            channels = filters
        self.dropout = nn.Dropout(dropout) if dropout > 0 else None

    def forward(self, x):
        for conv2d, batch_normalization in zip(self.conv2ds, self.batch_normalizations):
            x = conv2d(x)
            x = batch_normalization(x)
            x = F.relu(x)
        if self.dropout is not None:
            x = self.dropout(x)
        return x


class UNet(nn.Module):
    def __init__(self, input_shape, num_classes=2, filters=16, depth=3, dropout=0.1):
        super().__init__()
        if depth < 1:
            raise ValueError(f"depth must be at least 1, got {depth}")
        channels = input_shape[-1]

        # Encoder: keep the feature maps for the skip connections
        skips = []
        self.conv_blocks = nn.ModuleList()
        for _ in range(depth):
            self.conv_blocks.append(ConvBlock(channels, filters, dropout))
            skips.append(filters)
            channels = filters
            filters *= 2

        self.conv_block = ConvBlock(channels, filters)
        channels = filters

        # Decoder
        self.conv2d_transposes = nn.ModuleList()
        self.conv_blocks_1 = nn.ModuleList()
        for skip in reversed(skips):
            filters //= 2
            self.conv2d_transposes.append(
                nn.ConvTranspose2d(channels, filters, 2, stride=2)
            )
            self.conv_blocks_1.append(ConvBlock(filters + skip, filters, dropout))
            channels = filters

        self.mask = nn.Conv2d(channels, num_classes, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)

        # Encoder: keep the feature maps for the skip connections
        skips = []
        for conv_block in self.conv_blocks:
            x = conv_block(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)

        x = self.conv_block(x)

        # Decoder
        for skip, conv2d_transpose, conv_block in zip(
            reversed(skips), self.conv2d_transposes, self.conv_blocks_1
        ):
            x = conv2d_transpose(x)
            x = torch.cat([x, skip], dim=1)
            x = conv_block(x)

        outputs = F.softmax(self.mask(x), dim=1)
        return outputs.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def build_unet(input_shape, num_classes=2, filters=16, depth=3, dropout=0.1):
    return UNet(input_shape, num_classes, filters, depth, dropout)


model = build_unet((64, 64, 3))  # one image size for the whole data set
