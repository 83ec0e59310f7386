from torch import nn
from torch.nn import functional as F


class Pyramid(nn.Module):
    def __init__(self, depth=2, pooled=True):
        super().__init__()
        self.pooled = pooled
        channels = 3
        self.lstms = nn.ModuleList()
        for _ in range(depth):
            self.lstms.append(nn.LSTM(channels, 4, batch_first=True))
            channels = 4
        self.conv1d = nn.Conv1d(channels, 2, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        for lstm in self.lstms:
            x, _ = lstm(x)
        x2 = x.transpose(1, 2)
        features = self.conv1d(x2)
        if self.pooled:
            features = F.max_pool1d(features, 2)
        averages = F.avg_pool1d(x2, 2)
        return x, features.transpose(1, 2), averages.transpose(1, 2)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Conv1d):
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


def build_pyramid(depth=2, pooled=True):
    return Pyramid(depth, pooled)


model = build_pyramid()
plain = build_pyramid(depth=1, pooled=False)
