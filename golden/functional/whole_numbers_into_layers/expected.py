import torch
from torch import nn


class Grader(nn.Module):
    def __init__(self, grades=4):
        super().__init__()
        self.lstm = nn.LSTM(3, 5, batch_first=True)
        self.dense = nn.Linear(8, grades)
        self.apply(init_like_keras)

    def forward(self, scores):
        levels = torch.bucketize(
            scores, torch.tensor([-0.5, 0.0, 0.5], device=scores.device), right=True
        )
        x, _ = self.lstm(levels.float())
        x = x[:, -1]
        # Keras averages whole numbers as floats
        mean = levels.float().mean(1)
        x = torch.cat([x, mean], dim=-1)
        return self.dense(x)


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


def build_grader(grades=4):
    return Grader(grades)


model = build_grader()
