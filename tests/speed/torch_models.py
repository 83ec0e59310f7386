"""The same networks as a person writes them in torch: same padding, same layout at the border."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812


class Bottleneck(nn.Module):
    def __init__(self, channels: int, filters: int, stride: int, project: bool) -> None:
        super().__init__()
        self.shortcut: nn.Module = nn.Identity()
        if project:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels, 4 * filters, 1, stride), nn.BatchNorm2d(4 * filters)
            )
        self.body = nn.Sequential(
            nn.Conv2d(channels, filters, 1, stride),
            nn.BatchNorm2d(filters),
            nn.ReLU(),
            nn.Conv2d(filters, filters, 3, padding=1),
            nn.BatchNorm2d(filters),
            nn.ReLU(),
            nn.Conv2d(filters, 4 * filters, 1),
            nn.BatchNorm2d(4 * filters),
        )

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.shortcut(x) + self.body(x))


class ResNet50(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, padding=3),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, padding=1),
        )
        blocks: list[nn.Module] = []
        channels = 64
        for filters, count, stride in [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)]:
            for i in range(count):
                blocks.append(Bottleneck(channels, filters, stride if i == 0 else 1, i == 0))
                channels = 4 * filters
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.blocks(self.stem(x.permute(0, 3, 1, 2)))
        return self.head(x.mean((2, 3)))


class VGG16(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for width, count in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
            for _ in range(count):
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
                channels = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.Linear(512 * 4, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(),
            nn.Linear(512, classes),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x.permute(0, 3, 1, 2))
        return self.head(x.permute(0, 2, 3, 1).flatten(1))


class InvertedResidual(nn.Module):
    def __init__(self, channels: int, expansion: int, filters: int, stride: int) -> None:
        super().__init__()
        width = expansion * channels
        layers: list[nn.Module] = []
        if expansion > 1:
            layers += [
                nn.Conv2d(channels, width, 1, bias=False),
                nn.BatchNorm2d(width, eps=1e-3),
                nn.ReLU6(),
            ]
        if stride == 2:  # Keras pads the far side more
            layers.append(nn.ZeroPad2d((0, 1, 0, 1)))
        layers += [
            nn.Conv2d(width, width, 3, stride, int(stride == 1), groups=width, bias=False),
            nn.BatchNorm2d(width, eps=1e-3),
            nn.ReLU6(),
            nn.Conv2d(width, filters, 1, bias=False),
            nn.BatchNorm2d(filters, eps=1e-3),
        ]
        self.body = nn.Sequential(*layers)
        self.adds = stride == 1 and channels == filters

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x) if self.adds else self.body(x)


class MobileNetV2(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        layers: list[nn.Module] = [
            nn.ZeroPad2d((0, 1, 0, 1)),
            nn.Conv2d(3, 32, 3, 2, bias=False),
            nn.BatchNorm2d(32, eps=1e-3),
            nn.ReLU6(),
        ]
        channels = 32
        for expansion, filters, repeats, stride in [
            (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
            (6, 160, 3, 2), (6, 320, 1, 1),
        ]:  # fmt: skip
            for i in range(repeats):
                layers.append(InvertedResidual(channels, expansion, filters, 1 if i else stride))
                channels = filters
        layers += [
            nn.Conv2d(channels, 1280, 1, bias=False),
            nn.BatchNorm2d(1280, eps=1e-3),
            nn.ReLU6(),
        ]
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(1280, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x.permute(0, 3, 1, 2)).mean((2, 3)))


class LSTMClassifier(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(1000, 64)
        self.first = nn.LSTM(64, 64, batch_first=True)
        self.second = nn.LSTM(64, 64, batch_first=True)
        self.head = nn.Linear(64, 10)

    def forward(self, tokens: Tensor) -> Tensor:
        x, _ = self.first(self.embedding(tokens))
        x, _ = self.second(x)
        return self.head(x[:, -1])


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(64, 4, batch_first=True)
        self.first_norm = nn.LayerNorm(64, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64))
        self.second_norm = nn.LayerNorm(64, eps=1e-6)

    def forward(self, x: Tensor) -> Tensor:
        y, _ = self.attention(x, x, x, need_weights=False)
        x = self.first_norm(x + y)
        return self.second_norm(x + self.mlp(x))


class TransformerClassifier(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(1000, 64)
        self.encoders = nn.Sequential(Encoder(), Encoder())
        self.head = nn.Linear(64, 10)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.head(self.encoders(self.embedding(tokens)).mean(1))


def image() -> Tensor:
    return torch.randn(2, 64, 64, 3)


def tokens() -> Tensor:
    return torch.randint(0, 1000, (8, 64))
