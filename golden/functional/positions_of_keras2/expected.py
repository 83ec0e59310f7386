import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Text(nn.Module):
    def __init__(self):
        super().__init__()
        # no regularizer of the activity, no constraint; zeros are masked
        self.embedding = nn.Embedding(9, 4)
        self.lstm = nn.LSTM(4, 3, batch_first=True)
        self.gru = nn.GRU(3, 3, batch_first=True)
        self.apply(init_like_keras)

    def forward(self, ids):
        x = self.embedding(ids)
        mask = ids != 0
        x, _ = self.lstm(pack_steps(x, mask))  # fmt: skip
        x = unpack_steps(x, mask)
        x, _ = self.gru(x)
        return x[:, -1]


def uniform(x, low, high):
    """A random number for each sample of x."""
    return torch.empty(len(x), dtype=x.dtype, device=x.device).uniform_(low, high)


class RandomContrast(nn.Module):
    """Spread the values of each image around its channel means while training."""

    def __init__(self, low, high, value_range=(0, 255)):
        super().__init__()
        self.low, self.high = low, high
        self.value_range = value_range

    def forward(self, x):
        if not self.training:
            return x
        factor = uniform(x, self.low, self.high).view(-1, 1, 1, 1)
        mean = x.mean(dim=(2, 3), keepdim=True)
        return ((x - mean) * factor + mean).clamp(*self.value_range)


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


text = Text()


class Picture(nn.Module):
    def __init__(self):
        super().__init__()
        self.random_contrast = RandomContrast(1, 1.2)
        self.dense = nn.Linear(48, 2)
        self.apply(init_like_keras)

    def forward(self, images):
        images = images.permute(0, 3, 1, 2)
        y = self.random_contrast(images)
        y = y.permute(0, 2, 3, 1).flatten(1)
        return self.dense(y)


picture = Picture()
