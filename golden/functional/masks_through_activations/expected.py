import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10, 4)
        self.gru = nn.GRU(4, 3, batch_first=True)
        self.dense = nn.Linear(4, 4)
        self.gru_1 = nn.GRU(4, 3, batch_first=True)
        self.gru_2 = nn.GRU(4, 3, batch_first=True)
        self.apply(init_like_keras)

    def forward(self, tokens):
        x = self.embedding(tokens)
        mask = tokens != 0
        first, _ = self.gru(pack_steps(x.tanh(), mask))
        first = unpack_steps(first, mask)[:, -1]
        second, _ = self.gru_1(pack_steps(F.relu(self.dense(x)), mask))
        second = unpack_steps(second, mask)[:, -1]
        # the name of the function makes no difference
        third, _ = self.gru_2(pack_steps(torch.tanh(x), mask))
        third = unpack_steps(third, mask)[:, -1]
        return torch.cat([first, second, third], dim=-1)


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
