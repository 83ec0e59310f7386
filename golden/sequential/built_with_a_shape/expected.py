from torch import nn
from torch.nn import functional as F


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(100, 7 * 7 * 8, bias=False)
        self.conv2d_transpose = nn.ConvTranspose2d(8, 1, 5, stride=2, padding=1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        x = F.leaky_relu(x, 0.3)
        x = x.reshape(-1, 7, 7, 8)
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d_transpose(x)[..., :-1, :-1]
        return x.permute(0, 2, 3, 1)


def make_generator():
    return Generator()


class Tower(nn.Module):
    def __init__(self, depth=2):
        super().__init__()
        self.lstm = nn.LSTM(4, 8, batch_first=True)
        features = 8
        self.denses = nn.ModuleList()
        for _ in range(depth):
            self.denses.append(nn.Linear(features, 3))
            features = 3
        self.apply(init_like_keras)

    def forward(self, x):
        x, _ = self.lstm(x)
        x = x[:, -1]
        for dense in self.denses:
            x = dense(x)
        return x


def tower(depth=2):
    net = Tower(depth)
    print(net)
    return net


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(6, 8)
        self.dense_1 = nn.Linear(8, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, (nn.ConvTranspose2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
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
print(model)
g = make_generator()
t = tower()
