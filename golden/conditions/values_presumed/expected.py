from torch import nn
from torch.nn import functional as F


class ConvBlock(nn.Module):
    def __init__(self, channels, filters, data_format="channels_last"):
        super().__init__()
        if data_format != "channels_last":
            raise NotImplementedError("data_format must be 'channels_last'")
        self.conv2d = nn.Conv2d(channels, filters, 3, padding="same")

    def forward(self, x):
        x = self.conv2d(x)
        return F.max_pool2d(x, 2)


class Net(nn.Module):
    def __init__(self, data_format="channels_last", sync=False, axis=-1, order=(2, 1)):
        super().__init__()
        if data_format != "channels_last":
            raise NotImplementedError("data_format must be 'channels_last'")
        if sync:
            raise NotImplementedError("sync must be False")
        if axis != -1:
            raise NotImplementedError("axis must be -1")
        if order != (2, 1):
            raise NotImplementedError("order must be (2, 1)")
        self.conv_block = ConvBlock(3, 4, data_format)
        self.conv_block_1 = ConvBlock(4, 8, data_format=data_format)
        self.batch_normalization = nn.BatchNorm2d(8, eps=1e-3, momentum=0.01)
        self.dense = nn.Linear(4, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv_block(x)
        x = self.conv_block_1(x)
        x = self.batch_normalization(x)
        x = x.permute(0, 2, 3, 1).reshape(-1, 4, 8)
        x = x.transpose(1, 2)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_net(data_format="channels_last", sync=False, axis=-1, order=(2, 1)):
    return Net(data_format, sync, axis, order)


model = build_net()
same = build_net(axis=-1)
