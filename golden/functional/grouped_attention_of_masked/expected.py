from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.group_query_attention = GroupedQueryAttention(4, 2, 4, 1, dropout=0.2)

    def forward(self, steps, memory):
        steps = steps.transpose(1, 2)
        x = F.pad(steps, (1, 2))
        # queries of padding see nothing
        x2 = x.transpose(1, 2)
        x = without_padding(x2)
        mask2 = (x2 != 0.0).any(-1)
        return self.group_query_attention(x, memory, mask=mask2[:, None, :, None])


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


def without_padding(x, value=0.0):
    """Zero the steps that hold nothing but `value`."""
    return x * (x != value).any(-1, keepdim=True)


model = Model()
