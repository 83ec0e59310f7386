"""Source of the attention classes that torch lacks."""

from rules.emitted import FUNCTIONAL, NN, TORCH, emitted

emitted(
    "MultiHeadAttention",
    '''
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
''',
    (),
    TORCH,
    NN,
    FUNCTIONAL,
)

emitted(
    "ScoredMultiHeadAttention",
    '''
class ScoredMultiHeadAttention(MultiHeadAttention):
    """Multi-head attention that returns its scores too."""

    def forward(self, query, value, key=None, mask=None, is_causal=False):
        q, k, v = self.split(query, value, key)
        scores = q @ k.mT / q.shape[-1] ** 0.5
        if is_causal:
            mask = torch.ones_like(scores, dtype=torch.bool).tril()
        if mask is None:
            scores = scores.softmax(-1)
        else:
            scores = scores.masked_fill(~mask, torch.finfo(q.dtype).min).softmax(-1)
            scores = scores * mask.any(-1, keepdim=True)
        x = F.dropout(scores, self.dropout, self.training) @ v
        return self.output(x.transpose(1, 2).flatten(2)), scores
''',
    ("MultiHeadAttention",),
    TORCH,
    FUNCTIONAL,
)

emitted(
    "MaskedMultiHeadAttention",
    '''
class MaskedMultiHeadAttention(MultiHeadAttention):
    """Hidden places get the lowest score: a query that sees nothing sees all alike."""

    def forward(self, query, value, key=None, mask=None):
        q, k, v = self.split(query, value, key)
        scores = q @ k.mT / q.shape[-1] ** 0.5 + ~mask * torch.finfo(q.dtype).min
        x = F.dropout(scores.softmax(-1), self.dropout, self.training) @ v
        return self.output(x.transpose(1, 2).flatten(2))
''',
    ("MultiHeadAttention",),
    TORCH,
    FUNCTIONAL,
)

emitted(
    "GroupedQueryAttention",
    '''
class GroupedQueryAttention(nn.Module):
    """Multi-head attention in which groups of heads share their keys and values."""

    def __init__(
        self,
        query_size,
        head_size,
        num_query_heads,
        num_key_value_heads,
        key_size=None,
        value_size=None,
        dropout=0.0,
        bias=True,
    ):
        super().__init__()
        value_size = value_size or query_size
        self.head_size = head_size
        self.group_size = num_query_heads // num_key_value_heads
        self.dropout = dropout
        self.query = nn.Linear(query_size, num_query_heads * head_size, bias)
        self.key = nn.Linear(
            key_size or value_size, num_key_value_heads * head_size, bias
        )
        self.value = nn.Linear(value_size, num_key_value_heads * head_size, bias)
        self.output = nn.Linear(num_query_heads * head_size, query_size, bias)

    def forward(self, query, value, key=None, mask=None, is_causal=False):
        """Attend to the places where the mask is true, or to all places before."""
        key = value if key is None else key
        projected = self.query(query), self.key(key), self.value(value)
        q, k, v = (
            x.unflatten(-1, (-1, self.head_size)).transpose(1, 2) for x in projected
        )
        k, v = (x.repeat_interleave(self.group_size, dim=1) for x in (k, v))
        if mask is not None and not self.dropout:
            # A query that sees nothing gets the mean of all values
            seen = mask.any(-1, keepdim=True)
            q, mask = q * seen, mask | ~seen
        dropout = self.dropout if self.training else 0.0
        x = F.scaled_dot_product_attention(q, k, v, mask, dropout, is_causal)
        return self.output(x.transpose(1, 2).flatten(2))
''',
    (),
    TORCH,
    NN,
    FUNCTIONAL,
)

emitted(
    "Attention",
    '''
class Attention(nn.Module):
    """Attention by dot products, or by sums ("concat"); returns its scores too."""

    def __init__(self, use_scale=False, score_mode="dot", dropout=0.0):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(())) if use_scale else None
        self.weight = nn.Parameter(torch.ones(())) if score_mode == "concat" else None
        self.dropout = dropout

    def forward(self, query, value, key=None, mask=None):
        """Attend to the places where the mask is true."""
        key = value if key is None else key
        scale = 1.0 if self.scale is None else self.scale
        if self.weight is None:
            scores = query @ key.mT * scale
        else:
            sums = query.unsqueeze(-2) + key.unsqueeze(-3)
            scores = self.weight * (scale * sums).tanh().sum(-1)
        if mask is not None:
            scores = torch.where(mask, scores, scores - 1e9)
        scores = scores.softmax(-1)
        return F.dropout(scores, self.dropout, self.training) @ value, scores
''',
    (),
    TORCH,
    NN,
    FUNCTIONAL,
)

emitted(
    "AdditiveAttention",
    '''
class AdditiveAttention(nn.Module):
    """Attention by sums (Bahdanau et al., 2015); returns its scores too."""

    def __init__(self, size, use_scale=True, dropout=0.0):
        super().__init__()
        self.scale = nn.Parameter(torch.empty(size)) if use_scale else None
        self.dropout = dropout
        if use_scale:
            nn.init.uniform_(self.scale, -((3 / size) ** 0.5), (3 / size) ** 0.5)

    def forward(self, query, value, key=None, mask=None):
        """Attend to the places where the mask is true."""
        key = value if key is None else key
        sums = (query.unsqueeze(-2) + key.unsqueeze(-3)).tanh()
        scores = (sums if self.scale is None else self.scale * sums).sum(-1)
        if mask is not None:
            scores = torch.where(mask, scores, scores - 1e9)
        scores = scores.softmax(-1)
        return F.dropout(scores, self.dropout, self.training) @ value, scores
''',
    (),
    TORCH,
    NN,
    FUNCTIONAL,
)

emitted(
    "causal_mask",
    '''
def causal_mask(query, value):
    """True where a step of the query may look: at itself and before."""
    ones = torch.ones(query.shape[1], value.shape[1], dtype=torch.bool)
    return ones.tril().to(query.device)
''',
    (),
    TORCH,
)
