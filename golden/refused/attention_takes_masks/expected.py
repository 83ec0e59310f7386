from torch import nn
from torch.nn import functional as F


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10, 8)
        self.multi_head_attention = MultiHeadAttention(8, 2, 4)
        # TODO(tf2torch) T2T202: keras.layers.MultiHeadAttention: Keras 3 takes the mask off what a MultiHeadAttention gets, and others may not see it then (--keras 2 keeps it)
        self.multi_head_attention_1 = NotConverted(
            "T2T202: keras.layers.MultiHeadAttention: Keras 3 takes the mask off what a MultiHeadAttention gets, and others may not see it then (--keras 2 keeps it)"
        )
        self.apply(init_like_keras)

    def forward(self, tokens, queries):
        memory = self.embedding(tokens)
        mask2 = tokens != 0
        x = self.multi_head_attention(queries, memory, mask=mask2[:, None, None])
        # the first one took the mask off the memory
        return self.multi_head_attention_1(x)


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


class NotConverted(nn.Module):
    """Stands for a layer that has no faithful translation: raises when it is called."""

    def __init__(self, reason):
        super().__init__()
        self.reason = reason

    def forward(self, *inputs):
        raise NotImplementedError(self.reason)


def init_like_keras(module):
    """Start from Keras's default weights: small embeddings."""
    if isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


decoder = Decoder()


class Encoder(nn.Module):
    def __init__(self, depth=2):
        super().__init__()
        self.embedding = nn.Embedding(10, 8)
        self.multi_head_attentions = nn.ModuleList()
        self.layer_normalizations = nn.ModuleList()
        for _ in range(depth):
            # TODO(tf2torch) T2T202: keras.layers.MultiHeadAttention: Keras 3 takes the mask off what a MultiHeadAttention gets, and others may not see it then (--keras 2 keeps it)
            self.multi_head_attentions.append(
                NotConverted(
                    "T2T202: keras.layers.MultiHeadAttention: Keras 3 takes the mask off what a MultiHeadAttention gets, and others may not see it then (--keras 2 keeps it)"
                )
            )
            self.layer_normalizations.append(nn.LayerNorm(8, eps=1e-3))
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x)
        for multi_head_attention, layer_normalization in zip(
            self.multi_head_attentions, self.layer_normalizations
        ):
            x = layer_normalization(x + multi_head_attention(x))
        return x


def encoder(depth=2):
    return Encoder(depth)
