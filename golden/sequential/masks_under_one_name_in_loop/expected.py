from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Tagger(nn.Module):
    def __init__(self, vocabulary=30, units=(6, 4), bidirectional=False):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 8)
        channels = 8
        self.grus = nn.ModuleList()
        for width in units:
            self.grus.append(nn.GRU(channels, width, batch_first=True))
            channels = width
        if bidirectional:
            self.lstm = nn.LSTM(channels, 3, batch_first=True, bidirectional=True)
            channels = 6
        else:
            self.lstm = None
        self.dense = nn.Linear(channels, 5)
        self.apply(init_like_keras)

    def forward(self, x):
        mask = x != 0
        x = self.embedding(x)
        for gru in self.grus:
            # padding is skipped
            x, _ = gru(pack_steps(x, mask))
            x = unpack_steps(x, mask)
        if self.lstm is not None:
            x, _ = self.lstm(pack_steps(x, mask))
            x = unpack_steps(x, mask) * mask[..., None]
        return F.softmax(self.dense(x), dim=-1)


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
    elif isinstance(module, (nn.LSTM, nn.GRU)):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)
            if "bias_ih" in name and isinstance(module, nn.LSTM):
                nn.init.ones_(weight.detach().chunk(4)[1])  # forget gate


def build_tagger(vocabulary=30, units=(6, 4), bidirectional=False):
    return Tagger(vocabulary, units, bidirectional)


tagger = build_tagger()
other = build_tagger(units=[3], bidirectional=True)
