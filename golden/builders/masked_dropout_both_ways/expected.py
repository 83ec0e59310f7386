from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Make(nn.Module):
    def __init__(self, vocab=50, size=8):
        super().__init__()
        self.embedding = nn.Embedding(vocab, size)
        self.dropout = nn.Dropout1d(0.1)
        self.lstm = nn.LSTM(size, 4, batch_first=True)
        self.dropout_1 = nn.Dropout1d(0.1)
        self.lstm_1 = nn.LSTM(size, 4, batch_first=True)
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, tokens):
        x2 = self.embedding(tokens)
        mask = tokens != 0
        out, _ = self.lstm(
            pack_steps(self.dropout(x2.transpose(1, 2)).transpose(1, 2), mask)
        )
        x, _ = self.lstm_1(
            pack_steps(
                self.dropout_1(x2.transpose(1, 2)).transpose(1, 2).flip(1), mask.flip(1)
            )
        )
        x = unpack_steps(out, mask)[:, -1] + unpack_steps(x, mask.flip(1))[:, -1]
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
    elif isinstance(module, nn.LSTM):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)
            if "bias_ih" in name:
                nn.init.ones_(weight.detach().chunk(4)[1])  # forget gate


def make(vocab=50, size=8):
    return Make(vocab, size)
