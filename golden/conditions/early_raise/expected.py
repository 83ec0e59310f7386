from torch import nn
from torch.nn import functional as F


class VitHead(nn.Module):
    def __init__(self, channels, classes, pooling):
        super().__init__()
        self.pooling = pooling
        if pooling not in {"token", "gap"}:
            raise ValueError(f"`pooling` must be 'token' or 'gap'. Received: {pooling}")
        self.dense = nn.Linear(channels, classes)

    def forward(self, x):
        if self.pooling == "token":
            x = x[:, 0]
        else:
            x = x.mean(1)
        return self.dense(x)


class Build(nn.Module):
    def __init__(self, tokens=9, dim=12, classes=3, pooling="token"):
        super().__init__()
        assert tokens > 1, "at least two tokens"
        self.dense = nn.Linear(dim, dim)
        self.layer_normalization = nn.LayerNorm(dim, eps=1e-6)
        self.vit_head = VitHead(dim, classes, pooling)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.gelu(self.dense(x))
        x = self.layer_normalization(x)
        return self.vit_head(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(tokens=9, dim=12, classes=3, pooling="token"):
    return Build(tokens, dim, classes, pooling)


token_model = build()
gap_model = build(pooling="gap")
