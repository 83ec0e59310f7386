from torch import nn
from torch.nn import functional as F


class VGG(nn.Module):
    def __init__(self, input_shape, n_classes, cfg=((8, 2), (16, 2))):
        super().__init__()
        height = input_shape[0]
        width = input_shape[1]
        channels = input_shape[-1]
        self.block_convs = nn.ModuleList()
        for filters, convs in cfg:
            block_convs = nn.ModuleList()
            for _ in range(1, convs + 1):
                block_convs.append(nn.Conv2d(channels, filters, 3, padding="same"))
                channels = filters
            self.block_convs.append(block_convs)
            height = height // 2
            width = width // 2
        self.fc1 = nn.Linear(height * width * channels, 32)
        self.predictions = nn.Linear(32, n_classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for block_convs in self.block_convs:
            for block_conv in block_convs:
                x = F.relu(block_conv(x))
            x = F.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = F.relu(self.fc1(x))
        return F.softmax(self.predictions(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def vgg(input_shape, n_classes, cfg=((8, 2), (16, 2))):
    return VGG(input_shape, n_classes, cfg)


model = vgg((16, 16, 3), 5)
