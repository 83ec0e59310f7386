from torch import nn
from torch.nn import functional as F


class EncoderBlock(nn.Module):
    def __init__(self, channels, heads=2, size=4):
        super().__init__()
        self.multi_head_attention = with_attention_init(
            MultiHeadAttention(channels, heads, size),
            bias=nn.init.ones_,
            weight=lambda w: nn.init.trunc_normal_(w, std=0.02, a=-0.04, b=0.04),
        )
        self.layer_normalization = nn.LayerNorm(channels, eps=1e-3)
        self.multi_head_attention_1 = with_attention_init(
            MultiHeadAttention(channels, 3, 5), weight=nn.init.zeros_
        )
        self.layer_normalization_1 = nn.LayerNorm(channels, eps=1e-3)

    def forward(self, x):
        y = self.multi_head_attention(x, x)
        x = self.layer_normalization(x + y)
        y = self.multi_head_attention_1(x, x)
        return self.layer_normalization_1(x + y)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder_blocks = nn.ModuleList()
        for _ in range(2):
            self.encoder_blocks.append(EncoderBlock(8))
        self.dense = nn.Linear(8, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        for encoder_block in self.encoder_blocks:
            x = encoder_block(x)
        return self.dense(x)


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


def with_attention_init(attention, weight=None, bias=None):
    """Start the kernels or biases of all projections in the same way."""
    attention.apply(init_like_keras)
    for name, parameter in attention.named_parameters():
        init = bias if "bias" in name else weight
        if init is not None:
            init(parameter)
    for module in attention.modules():
        module.initialized = True
    return attention


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if hasattr(module, "initialized"):
        return
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


model = Model()
