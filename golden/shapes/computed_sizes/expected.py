from torch import nn
from torch.nn import functional as F

TIME_STEPS = 20


class Critic(nn.Module):
    def __init__(self, image_shape=(28, 30, 1)):
        super().__init__()
        self.conv2d = Conv2dSame(image_shape[-1], 8, 3, stride=2)
        self.conv2d_1 = Conv2dSame(8, 8, 3, stride=2)
        self.dense = nn.Linear(
            (-(-image_shape[0] // 4) + 1) * (-(-image_shape[1] // 4) + 1) * 8, 1
        )
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = F.relu(self.conv2d_1(x))
        x = F.pad(x, (0, 1, 0, 1))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)


def build_critic(image_shape=(28, 30, 1)):
    return Critic(image_shape)


class Encoder(nn.Module):
    def __init__(self, image_shape=(28, 30, 1)):
        super().__init__()
        height = image_shape[0]
        width = image_shape[1]
        channels = image_shape[-1]
        self.conv2ds = nn.ModuleList()
        self.conv2ds_1 = nn.ModuleList()
        for filters in (4, 8):
            self.conv2ds.append(nn.Conv2d(channels, filters, 3))
            height = height - 2
            width = width - 2
            self.conv2ds_1.append(nn.Conv2d(filters, filters, 3))
            height = height - 2
            width = width - 2
            height = height // 2
            width = width // 2
            channels = filters
        self.dense = nn.Linear(height * width * channels, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d, conv2d2 in zip(self.conv2ds, self.conv2ds_1):
            x = F.relu(conv2d(x))
            x = F.relu(conv2d2(x))
            x = F.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)


def build_encoder(image_shape=(28, 30, 1)):
    return Encoder(image_shape)


class Reader(nn.Module):
    def __init__(self, units=12):
        super().__init__()
        width = 2 * units
        self.lstm = nn.LSTM(6, 16, batch_first=True)
        self.dense = nn.Linear(TIME_STEPS * 16, width)
        self.apply(init_like_keras)

    def forward(self, words):
        x, _ = self.lstm(words)
        x = x.flatten(1)
        return self.dense(x)


def build_reader(units=12):
    return Reader(units)


config = {
    "layers": [
        {"filters": 4, "pool": True, "dropout": 0.0},
        {"filters": 8, "pool": False, "dropout": 0.2},
    ]
}


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        height = 16
        width = 12
        channels = 3
        self.conv2ds = nn.ModuleList()
        self.dropouts = nn.ModuleList()
        for layer in [
            {"filters": 4, "pool": True, "dropout": 0.0},
            {"filters": 8, "pool": False, "dropout": 0.2},
        ]:
            self.conv2ds.append(
                nn.Conv2d(channels, layer["filters"], 3, padding="same")
            )
            channels = layer["filters"]
            if layer["pool"]:
                height = height // 2
                width = width // 2
            self.dropouts.append(
                nn.Dropout(layer["dropout"]) if layer["dropout"] else None
            )
        self.dense = nn.Linear(height * width * channels, 5)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for layer, conv2d, dropout in zip(
            [
                {"filters": 4, "pool": True, "dropout": 0.0},
                {"filters": 8, "pool": False, "dropout": 0.2},
            ],
            self.conv2ds,
            self.dropouts,
        ):
            x = conv2d(x)
            if layer["pool"]:
                x = F.max_pool2d(x, 2)
            if dropout is not None:
                x = dropout(x)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)


def same_padding(x, kernel_size, stride):
    """What TensorFlow's "same" pads, for F.pad: the odd cell goes to the far side."""
    padding = []
    for size, k, s in zip(x.shape[2:], kernel_size, stride):
        total = max(k - (size % s or s), 0)
        padding = [total // 2, total - total // 2, *padding]
    return padding


class Conv2dSame(nn.Conv2d):
    """Pads as TensorFlow's "same" does, whatever the size of the input."""

    def forward(self, x):
        padding = same_padding(x, self.kernel_size, self.stride)
        if padding[::2] != padding[1::2]:
            return super().forward(F.pad(x, padding))
        pad = padding[::-2]  # alike on both sides: the convolution pads without a copy
        return F.conv2d(x, self.weight, self.bias, self.stride, pad, groups=self.groups)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
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


classifier = Classifier()
