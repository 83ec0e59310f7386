from torch import nn


class AttentionBlock(nn.Module):
    """Attention by its projections."""

    def __init__(self, channels, heads, size):
        super().__init__()
        self.heads = heads
        self.size = size
        self.query = nn.Linear(channels, heads * size)
        self.key = nn.Linear(channels, heads * size)
        self.value = nn.Linear(channels, heads * size, bias=False)
        self.output = nn.Linear(heads * size, heads * size)

    def forward(self, x):
        q = self.query(x).unflatten(-1, (self.heads, self.size))
        k = self.key(x).unflatten(-1, (self.heads, self.size))
        v = self.value(x).unflatten(-1, (self.heads, self.size))
        x = q * (k + v)
        return self.output(x.flatten(-2))


class Encoder(nn.Module):
    def __init__(self, heads=2, size=4, depth=2):
        super().__init__()
        self.attentions = nn.ModuleList()
        for _ in range(depth):
            self.attentions.append(AttentionBlock(heads * size, heads, size))
        self.apply(init_like_keras)

    def forward(self, x):
        for attention in self.attentions:
            x = x + attention(x)
        return x


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def encoder(steps=6, heads=2, size=4, depth=2):
    return Encoder(heads, size, depth)


model = encoder()
