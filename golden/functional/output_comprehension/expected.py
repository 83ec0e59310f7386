import torch
from torch import nn
from torch.nn import functional as F


class Heads(nn.Module):
    def __init__(self, input_dim=16, heads=3, units=8):
        super().__init__()
        self.dense = nn.Linear(input_dim, units)
        self.heads = nn.ModuleList()
        for _ in range(heads):
            self.heads.append(nn.Linear(units, 1))
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        outputs = []
        for head in self.heads:
            outputs.append(head(x))
        return outputs


def same_padding(x, kernel_size, stride):
    """What TensorFlow's "same" pads, for F.pad: the odd cell goes to the far side."""
    padding = []
    for size, k, s in zip(x.shape[2:], kernel_size, stride):
        total = max(k - (size % s or s), 0)
        padding = [total // 2, total - total // 2, *padding]
    return padding


def max_pool2d_same(x, kernel_size, stride):
    """Max pooling, padded as TensorFlow's "same" does."""
    padding = same_padding(x, kernel_size, stride)
    return F.max_pool2d(F.pad(x, padding, value=-torch.inf), kernel_size, stride)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_heads(input_dim=16, heads=3, units=8):
    return Heads(input_dim, heads, units)


model = build_heads()


class Inception(nn.Module):
    def __init__(self, channels, filters=(8, 16), kernels=(1, 3, 5)):
        super().__init__()
        branches = []
        self.conv2ds = nn.ModuleList()
        for k in kernels:
            self.conv2ds.append(nn.Conv2d(channels, filters[0], k, padding="same"))
            branches.append(filters[0])
        self.conv2d = nn.Conv2d(channels, filters[1], 1)
        branches.append(filters[1])
        self.out_channels = sum(branches)

    def forward(self, x):
        branches = []
        for conv2d in self.conv2ds:
            branches.append(F.relu(conv2d(x)))
        pool = max_pool2d_same(x, (3, 3), (1, 1))
        branches.append(self.conv2d(pool))
        return torch.cat(branches, dim=1)


class Build(nn.Module):
    def __init__(self, input_shape=(16, 16, 3)):
        super().__init__()
        self.inception = Inception(input_shape[-1])
        self.inception_1 = Inception(self.inception.out_channels, kernels=(1, 3))
        self.dense = nn.Linear(self.inception_1.out_channels, 1)
        self.dense_1 = nn.Linear(self.inception_1.out_channels, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.inception(x)
        x = self.inception_1(x)
        x = x.mean((2, 3))
        return {"age": self.dense(x), "gender": self.dense_1(x)}


def build(input_shape=(16, 16, 3)):
    return Build(input_shape)
