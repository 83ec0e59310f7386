from torch import nn
from torch.nn import functional as F


class Stack(nn.Module):
    def __init__(self, channels, filters, blocks):
        super().__init__()
        self.conv2ds = nn.ModuleList()
        for _ in range(blocks):
            self.conv2ds.append(nn.Conv2d(channels, filters, 3, padding="same"))
            channels = filters
        self.out_channels = channels

    def forward(self, x):
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
        return F.max_pool2d(x, 2)


class Net(nn.Module):
    def __init__(self, stack_fn, classes=3):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 4, 3, padding="same")
        self.stack_fn = stack_fn(4)
        self.dense = nn.Linear(self.stack_fn.out_channels, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        x = self.stack_fn(x)
        x = x.mean((2, 3))
        return self.dense(x)


def build_net(stack_fn, classes=3):
    """What is between the first layer and the last is the caller's."""
    return Net(stack_fn, classes)


class SmallStacks(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.stack = Stack(channels, 4, 1)
        self.out_channels = self.stack.out_channels

    def forward(self, x):
        return self.stack(x)


def small(classes=3):
    return build_net(SmallStacks, classes)


class LargeStacks(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.stack = Stack(channels, 4, 2)
        self.stack_1 = Stack(self.stack.out_channels, 8, 1)
        self.out_channels = self.stack_1.out_channels

    def forward(self, x):
        x = self.stack(x)
        return self.stack_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def large(classes=3):
    return build_net(LargeStacks, classes)
