import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self, widths=(4, 3)):
        super().__init__()
        self.multi_head_attention = MaskedMultiHeadAttention(4, 2, 3)
        channels = 4
        self.denses = nn.ModuleList()
        for width in widths:
            self.denses.append(nn.Linear(channels, width))
            channels = width
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        # what is padded is left out
        x = F.pad(x, (2, 0))
        x2 = x.transpose(1, 2)
        x = without_padding(x2)
        mask2 = (x2 != 0.0).any(-1)
        x = self.multi_head_attention(
            x,
            x,
            mask=mask2[:, None, :, None] & mask2[:, None, None] & causal_mask(x, x),
        )
        for dense in self.denses:
            x = dense(x)
        return x


class MultiHeadAttention(nn.Module):
    """Multi-head attention whose heads may have any size."""

    def __init__(
        self,
        query_size,
        num_heads,
        head_size,
        key_size=None,
        value_size=None,
        value_head_size=None,
        output_size=None,
        dropout=0.0,
        bias=True,
    ):
        super().__init__()
        value_size = value_size or query_size
        value_head_size = value_head_size or head_size
        self.num_heads = num_heads
        self.dropout = dropout
        self.query = nn.Linear(query_size, num_heads * head_size, bias)
        self.key = nn.Linear(key_size or value_size, num_heads * head_size, bias)
        self.value = nn.Linear(value_size, num_heads * value_head_size, bias)
        self.output = nn.Linear(
            num_heads * value_head_size, output_size or query_size, bias
        )

    def forward(self, query, value, key=None, mask=None, is_causal=False):
        """Attend to the places where the mask is true, or to all places before."""
        q, k, v = self.split(query, value, key)
        if mask is not None and not self.dropout:
            # A query that sees nothing gets the mean of all values
            seen = mask.any(-1, keepdim=True)
            q, mask = q * seen, mask | ~seen
        dropout = self.dropout if self.training else 0.0
        x = F.scaled_dot_product_attention(q, k, v, mask, dropout, is_causal)
        return self.output(x.transpose(1, 2).flatten(2))

    def split(self, query, value, key=None):
        """The projections, split into heads."""
        key = value if key is None else key
        projected = self.query(query), self.key(key), self.value(value)
        return (
            x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for x in projected
        )


class MaskedMultiHeadAttention(MultiHeadAttention):
    """Hidden places get the lowest score: a query that sees nothing sees all alike."""

    def forward(self, query, value, key=None, mask=None):
        q, k, v = self.split(query, value, key)
        scores = q @ k.mT / q.shape[-1] ** 0.5 + ~mask * torch.finfo(q.dtype).min
        x = F.dropout(scores.softmax(-1), self.dropout, self.training) @ v
        return self.output(x.transpose(1, 2).flatten(2))


def causal_mask(query, value):
    """True where a step of the query may look: at itself and before."""
    ones = torch.ones(query.shape[1], value.shape[1], dtype=torch.bool)
    return ones.tril().to(query.device)


def without_padding(x, value=0.0):
    """Zero the steps that hold nothing but `value`."""
    return x * (x != value).any(-1, keepdim=True)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_encoder(causal=True, widths=(4, 3)):
    return Encoder(widths)


model = build_encoder()
