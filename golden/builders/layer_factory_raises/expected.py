from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self, config, kind="layer"):
        super().__init__()
        self.config = config
        self.dense = nn.Linear(12, 8)
        if kind != "batch" and kind != "layer":
            raise ValueError(f"unknown normalization: {kind}")
        self.batch_normalization = (
            nn.BatchNorm1d(8, momentum=0.01) if kind == "batch" else nn.LayerNorm(8)
        )
        self.dense_1 = nn.Linear(8, 6)
        self.batch_normalization_1 = (
            nn.BatchNorm1d(6, momentum=0.01) if kind == "batch" else nn.LayerNorm(6)
        )
        self.dense_2 = nn.Linear(6, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        x = self.batch_normalization(x)
        if str(self.config.get("activation", "relu")) == "relu":
            x = F.relu(x)
        elif str(self.config.get("activation", "relu")) == "elu":
            x = F.elu(x)
        else:
            x = F.leaky_relu(x, 0.2)
        x = self.dense_1(x)
        x = self.batch_normalization_1(x)
        return self.dense_2(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_encoder(config, kind="layer"):
    return Encoder(config, kind)
