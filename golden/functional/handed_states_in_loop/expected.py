import torch
from torch import nn


class Chain(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(5, 4, batch_first=True)
        self.grus = nn.ModuleList()
        for _ in range(2):
            self.grus.append(nn.GRU(4, 4, batch_first=True))
        self.gru_1 = nn.GRU(4, 3, batch_first=True, bidirectional=True)
        self.gru_2 = nn.GRU(4, 3, batch_first=True)
        self.dense = nn.Linear(12, 2)
        self.apply(init_like_keras)

    def forward(self, words):
        x, h = self.gru(words)
        state = h[-1]
        for gru in self.grus:
            # each continues where the one before it ended
            out2, h2 = gru(x, state.unsqueeze(0))
            x, state = out2, h2[-1]
        _, h3 = self.gru_1(x)
        both, forward, backward = torch.cat([h3[-2], h3[-1]], dim=-1), h3[-2], h3[-1]
        x, _ = self.gru_2(x, backward.unsqueeze(0))
        x = x[:, -1]
        return self.dense(torch.cat([x, both, forward], dim=-1))


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.GRU):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)


model = Chain()
