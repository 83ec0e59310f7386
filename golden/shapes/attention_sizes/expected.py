from torch import nn
from torch.nn import functional as F


class SelfAttention(nn.Module):
    """Each pixel looks at all the others."""

    def __init__(self, c):
        super().__init__()
        self.conv2d = nn.Conv2d(c, c // 2, 1)
        self.conv2d_1 = nn.Conv2d(c, c // 2, 1)
        self.conv2d_2 = nn.Conv2d(c, c, 1)

    def forward(self, x):
        _, c, h, w = x.shape
        f = self.conv2d(x).permute(0, 2, 3, 1).reshape(-1, h * w, c // 2)
        g = self.conv2d_1(x).permute(0, 2, 3, 1).reshape(-1, h * w, c // 2)
        v = self.conv2d_2(x).permute(0, 2, 3, 1).reshape(-1, h * w, c)
        scores = F.softmax(g @ f.transpose(1, 2), dim=-1)
        o = scores @ v
        o = o.reshape(-1, h, w, c)
        o = o.permute(0, 3, 1, 2)
        return o + x


class Tokens(nn.Module):
    """Patches as a sequence."""

    def __init__(self, channels, dim):
        super().__init__()
        self.dim = dim
        self.conv2d = nn.Conv2d(channels, dim, 4, stride=4)
        self.layer_normalization = nn.LayerNorm(dim, eps=1e-3)

    def forward(self, x):
        x = self.conv2d(x)
        x = x.permute(0, 2, 3, 1).reshape(-1, x.shape[2] * x.shape[3], self.dim)
        return self.layer_normalization(x)


class Attention(nn.Module):
    def __init__(self, shape=(8, 12, 3)):
        super().__init__()
        self.conv2d = nn.Conv2d(shape[-1], 6, 3, padding="same")
        self.self_attention = SelfAttention(6)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        x = self.self_attention(x)
        return x.mean((2, 3))


def build_attention(shape=(8, 12, 3)):
    return Attention(shape)


class Vit(nn.Module):
    def __init__(self, dim=8):
        super().__init__()
        self.tokens = Tokens(3, dim)
        self.dense = nn.Linear(dim, dim)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.tokens(x)
        x = F.gelu(self.dense(x))
        return x.mean(1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_vit(size=16, dim=8):
    return Vit(dim)
