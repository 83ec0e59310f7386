import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class InABranch(nn.Module):
    def __init__(self, smooth):
        super().__init__()
        self.embedding = nn.Embedding(10, 4)
        self.conv1d = nn.Conv1d(4, 4, 3, padding="same") if smooth else None
        # TODO(tf2torch) T2T202: keras.layers.LSTM: the mask of these steps is there on some ways through the program only
        self.lstm = NotConverted(
            "T2T202: keras.layers.LSTM: the mask of these steps is there on some ways through the program only"
        )
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x)
        if self.conv1d is not None:
            x = x.transpose(1, 2)
            x = self.conv1d(x)
            x = x.transpose(1, 2)
        return self.lstm(x)


def in_a_branch(smooth):
    return InABranch(smooth)


class InALoop(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.embedding = nn.Embedding(10, 4)
        self.grus = nn.ModuleList()
        self.conv1ds = nn.ModuleList()
        for _ in range(depth):
            # only the first one skips padding
            # TODO(tf2torch) T2T202: keras.layers.GRU: the mask of these steps is there on some ways through the program only
            self.grus.append(
                NotConverted(
                    "T2T202: keras.layers.GRU: the mask of these steps is there on some ways through the program only"
                )
            )
            self.conv1ds.append(nn.Conv1d(4, 4, 3, padding="same"))
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x)
        for gru, conv1d in zip(self.grus, self.conv1ds):
            # only the first one skips padding
            x = gru(x)
            x = x.transpose(1, 2)
            x = conv1d(x)
            x = x.transpose(1, 2)
        return x


def in_a_loop(depth):
    return InALoop(depth)


class InAList(nn.Module):
    def __init__(self, count):
        super().__init__()
        texts = []
        self.embeddings = nn.ModuleList()
        for _ in range(count):
            self.embeddings.append(nn.Embedding(10, 4))
            texts.append(4)
        self.lstms = nn.ModuleList()
        for x in texts:
            # TODO(tf2torch) T2T202: keras.layers.LSTM: the mask of these steps is there on some ways through the program only
            self.lstms.append(
                NotConverted(
                    "T2T202: keras.layers.LSTM: the mask of these steps is there on some ways through the program only"
                )
            )
        self.apply(init_like_keras)

    def forward(self, *inputs):
        texts = []
        for tokens, embedding in zip(inputs, self.embeddings):
            texts.append(embedding(tokens))
        outputs = []
        for x, lstm in zip(texts, self.lstms):
            outputs.append(lstm(x))
        return torch.cat(outputs, dim=-1)


class NotConverted(nn.Module):
    """Stands for a layer that has no faithful translation: raises when it is called."""

    def __init__(self, reason):
        super().__init__()
        self.reason = reason

    def forward(self, *inputs):
        raise NotImplementedError(self.reason)


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
    if isinstance(module, nn.Conv1d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


def in_a_list(count):
    return InAList(count)
