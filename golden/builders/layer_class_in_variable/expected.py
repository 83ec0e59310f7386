from torch import nn
from torch.nn import functional as F


class Vision(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 8, 3)
        self.spatial_dropout2d = nn.Dropout2d(0.2)
        self.conv2d_1 = nn.Conv2d(8, 8, 3)
        self.spatial_dropout2d_1 = nn.Dropout2d(0.2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = self.spatial_dropout2d(x)
        x = F.relu(self.conv2d_1(x))
        x = self.spatial_dropout2d_1(x)
        return x.amax((2, 3))


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Conv2d):
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


vision = Vision()


class Language(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(100, 16)
        self.lstm = nn.LSTM(16, 8, batch_first=True)
        self.apply(init_like_keras)

    def forward(self, text):
        y = self.embedding(text)
        y, _ = self.lstm(y)
        return y[:, -1]


language = Language()
