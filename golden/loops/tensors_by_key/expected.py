import torch
from torch import nn
from torch.nn import functional as F

DEPTHS = {"low": 8, "middle": 16, "high": 32}


class UNet(nn.Module):
    def __init__(self, input_shape=(32, 32, 1), skipped=("low", "high")):
        super().__init__()
        self.skipped = skipped
        skips = {}
        channels = input_shape[-1]
        self.conv2ds = nn.ModuleList()
        for name, filters in DEPTHS.items():
            self.conv2ds.append(nn.Conv2d(channels, filters, 3, padding="same"))
            if name in skipped:
                skips[f"skip_{name}"] = filters
            channels = filters
        self.conv2ds_1 = nn.ModuleList()
        for name in reversed(list(DEPTHS)):
            if f"skip_{name}" in skips:
                channels = channels + skips[f"skip_{name}"]
            self.conv2ds_1.append(nn.Conv2d(channels, DEPTHS[name], 3, padding="same"))
            channels = DEPTHS[name]
        self.conv2d = nn.Conv2d(channels, 2, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        skips = {}
        for (name, filters), conv2d in zip(DEPTHS.items(), self.conv2ds):
            x = conv2d(x)
            x = F.leaky_relu(x, 0.3)
            if name in self.skipped:
                skips[f"skip_{name}"] = x
            x = F.avg_pool2d(x, 2)
        for name, conv2d in zip(reversed(list(DEPTHS)), self.conv2ds_1):
            x = F.interpolate(x, scale_factor=2)
            if f"skip_{name}" in skips:
                x = torch.cat([x, skips[f"skip_{name}"]], dim=1)
            x = F.relu(conv2d(x))
        return self.conv2d(x).permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def unet(input_shape=(32, 32, 1), skipped=("low", "high")):
    """A U-Net that finds its skip connections by the names of the levels."""
    return UNet(input_shape, skipped)


model = unet()
one_skip = unet((16, 16, 3), ("middle",))
