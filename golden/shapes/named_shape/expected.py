from torch import nn
from torch.nn import functional as F


class Block3(nn.Module):
    def __init__(self, channels, filters, groups=4):
        super().__init__()
        self.filters = filters
        self.groups = groups
        self.conv2d = nn.Conv2d(channels, filters, 1, bias=False)
        c = filters // groups
        self.depthwise_conv2d = nn.Conv2d(
            filters, filters * c, 3, groups=filters, bias=False
        )
        self.batch_normalization = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)

    def forward(self, x):
        x = self.conv2d(x)
        c = self.filters // self.groups
        x = F.pad(x, (1, 1, 1, 1))
        x = self.depthwise_conv2d(x)
        x_shape = x.shape[2:]
        x = x.permute(0, 2, 3, 1).reshape(-1, x_shape[0], x_shape[1], self.groups, c, c)
        x = sum([x[:, :, :, :, i] for i in range(c)])
        x = x.reshape(-1, x_shape[0], x_shape[1], self.filters)
        x = x.permute(0, 3, 1, 2)
        return self.batch_normalization(x)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.block3 = Block3(3, 8)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.block3(x)
        return x.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        weight = module.weight.detach()
        if module.groups > 1 and module.groups == module.in_channels:
            # a depthwise kernel: all channels count as inputs
            weight = weight.unflatten(0, (module.groups, -1)).transpose(0, 1)
        nn.init.xavier_uniform_(weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


model = Model()
