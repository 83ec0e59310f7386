"""A block with a recurrent layer, called on steps of which some are padding."""

from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 3)
        self.gru = nn.GRU(3, 4, batch_first=True)
        self.dense = nn.Linear(4, 2)
        self.apply(init_like_keras)

    def forward(self, ids):
        x = self.embedding(ids)
        mask = ids != 0
        x, _ = self.gru(pack_steps(x, mask))
        x = unpack_steps(x, mask)[:, -1]
        return self.dense(x)


def pack_steps(x, mask):
    """Pack the steps that the mask keeps: a recurrent layer skips the others."""
    kept_first = mask.int().argsort(dim=1, descending=True, stable=True)
    x = x.take_along_dim(kept_first[..., None], dim=1)
    lengths = mask.sum(1).clamp(min=1).cpu()
    return pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)


def unpack_steps(packed, mask):
    """Undo pack_steps; steps that were left out repeat the output before them."""
    x, _ = pad_packed_sequence(packed, batch_first=True, total_length=mask.shape[1])
    seen = mask.cumsum(1)[..., None]
    x = x.take_along_dim((seen - 1).clamp(min=0), dim=1)
    return x.masked_fill(seen == 0, 0.0)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)
    elif isinstance(module, nn.GRU):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)


model = Model()
