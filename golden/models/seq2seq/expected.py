from torch import nn
from torch.nn import functional as F

units = 16
source_tokens = 11
target_tokens = 13


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.reader = nn.LSTM(source_tokens, units, batch_first=True)
        self.writer = nn.LSTM(target_tokens, units, batch_first=True)
        self.to_tokens = nn.Linear(units, target_tokens)
        self.apply(init_like_keras)

    def forward(self, source, target):
        # Read the source, from left to right.
        _, state = self.reader(source)

        # Only the states matter, `read` is not used.
        # Write the target, beginning with the states of the reader.
        written, _ = self.writer(target, state)
        return F.softmax(self.to_tokens(written), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
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


model = Model()


class Reader(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.reader = model.reader

    def forward(self, source):
        _, (h, c) = self.reader(source)
        state_h, state_c = h[-1], c[-1]
        return state_h, state_c


# For translating word by word:
# the reader alone ...
reader_model = Reader(model)


class Writer(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.writer = model.writer
        self.to_tokens = model.to_tokens

    def forward(self, target, given_h, given_c):
        # ... and one step of the writer
        written, (h, c) = self.writer(
            target, (given_h.unsqueeze(0), given_c.unsqueeze(0))
        )
        state_h, state_c = h[-1], c[-1]
        written = F.softmax(self.to_tokens(written), dim=-1)  # with the same weights
        return written, state_h, state_c


writer_model = Writer(model)
