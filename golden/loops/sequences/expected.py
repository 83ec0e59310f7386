from torch import nn
from torch.nn import functional as F


class EncoderBlock(nn.Module):
    def __init__(self, channels, head_size, num_heads, ff_dim, dropout=0.1):
        super().__init__()
        self.layer_normalization = nn.LayerNorm(channels, eps=1e-6)
        self.multi_head_attention = MultiHeadAttention(
            channels, num_heads, head_size, dropout=dropout
        )
        self.dropout = nn.Dropout(dropout)

        self.layer_normalization_1 = nn.LayerNorm(channels, eps=1e-6)
        self.conv1d = nn.Conv1d(channels, ff_dim, 1)
        self.dropout_1 = nn.Dropout(dropout)
        self.conv1d_1 = nn.Conv1d(ff_dim, channels, 1)

    def forward(self, inputs):
        x = self.layer_normalization(inputs)
        x = self.multi_head_attention(x, x)
        x = self.dropout(x)
        res = x + inputs

        x = self.layer_normalization_1(res)
        x = x.transpose(1, 2)
        x = F.relu(self.conv1d(x))
        x = self.dropout_1(x)
        x = self.conv1d_1(x)
        return x.transpose(1, 2) + res


class Transformer(nn.Module):
    def __init__(self, input_shape=(12, 4), blocks=2, mlp_units=(16,)):
        super().__init__()
        self.encoder_blocks = nn.ModuleList()
        for _ in range(blocks):
            self.encoder_blocks.append(
                EncoderBlock(input_shape[-1], head_size=8, num_heads=2, ff_dim=6)
            )
        features = input_shape[0]
        self.denses = nn.ModuleList()
        for units in mlp_units:
            self.denses.append(nn.Linear(features, units))
            features = units
        self.dense = nn.Linear(features, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        for encoder_block in self.encoder_blocks:
            x = encoder_block(x)
        x = x.mean(2)
        for dense in self.denses:
            x = F.relu(dense(x))
        return self.dense(x)


def build_transformer(input_shape=(12, 4), blocks=2, mlp_units=(16,)):
    return Transformer(input_shape, blocks, mlp_units)


class MixerBlock(nn.Module):
    def __init__(self, channels, width):
        super().__init__()
        self.dense = nn.Linear(channels, width)
        self.conv1d = nn.Conv1d(width, width, 3, padding="same")

    def forward(self, x):
        y = F.relu(self.dense(x))
        y = y.transpose(1, 2)
        return self.conv1d(y).transpose(1, 2)


class Mixer(nn.Module):
    def __init__(self, width=8, depth=3):
        super().__init__()
        self.embedding = nn.Embedding(50, width)
        self.mixer_blocks = nn.ModuleList()
        for _ in range(depth):
            self.mixer_blocks.append(MixerBlock(width, width))
        self.dense = nn.Linear(width, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x)
        for mixer_block in self.mixer_blocks:
            x = mixer_block(x)
        return self.dense(x)


def build_mixer(width=8, depth=3):
    return Mixer(width, depth)


class Dilated(nn.Module):
    def __init__(self, filters=8, depth=3):
        super().__init__()
        self.embedding = nn.Embedding(50, filters)
        self.conv1ds = nn.ModuleList()
        for level in range(depth):
            self.conv1ds.append(
                nn.Conv1d(filters, filters, 3, dilation=2**level, padding="same")
            )
        self.dense = nn.Linear(filters, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x)
        x = x.transpose(1, 2)
        for conv1d in self.conv1ds:
            y = conv1d(x)
            x = F.relu(y)
        x = x.amax(2)
        return self.dense(x)


def build_dilated(filters=8, depth=3):
    """Convolutions alone: the channels are moved once, before the loop."""
    return Dilated(filters, depth)


class Residual(nn.Module):
    def __init__(self, filters=8, depth=2):
        super().__init__()
        self.embedding = nn.Embedding(50, filters)
        self.layer_normalizations = nn.ModuleList()
        self.conv1ds = nn.ModuleList()
        for _ in range(depth):
            self.layer_normalizations.append(nn.LayerNorm(filters, eps=1e-3))
            self.conv1ds.append(nn.Conv1d(filters, filters, 3, padding="same"))
        self.dense = nn.Linear(filters, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x)
        for layer_normalization, conv1d in zip(self.layer_normalizations, self.conv1ds):
            y = layer_normalization(x)
            y = y.transpose(1, 2)
            y = F.relu(conv1d(y))
            x = x + y.transpose(1, 2)
        x = x.amax(1)
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


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


def build_residual(filters=8, depth=2):
    return Residual(filters, depth)
