import torch
from torch import nn
from torch.nn import functional as F

VERBOSE = True


class InceptionModule(nn.Module):
    def __init__(self, channels, f1, f2, f3):
        super().__init__()
        # 1x1 conv
        self.conv2d = nn.Conv2d(channels, f1, 1)
        self.conv2d_1 = nn.Conv2d(channels, f2, 3, padding="same")
        self.conv2d_2 = nn.Conv2d(channels, f3, 1)

    def forward(self, x):
        # 1x1 conv
        conv1 = F.relu(self.conv2d(x))
        # 3x3 conv
        conv3 = F.relu(self.conv2d_1(x))
        # 3x3 max pooling
        pool = max_pool2d_same(x, (3, 3), (1, 1))
        pool = F.relu(self.conv2d_2(pool))
        # concatenate filters, assumes filters/channels last
        return torch.cat([conv1, conv3, pool], dim=1)


class Model(nn.Module):
    def __init__(self, input_shape=(32, 32, 3)):
        super().__init__()
        self.inception_module = InceptionModule(input_shape[-1], 8, 16, 4)
        self.inception_module_1 = InceptionModule(28, 16, 32, 8)
        self.dense = nn.Linear(56, 10)
        self.apply(init_like_keras)

    def forward(self, visible):
        visible = visible.permute(0, 3, 1, 2)
        layer = self.inception_module(visible)
        layer = F.max_pool2d(layer, 2)
        layer = self.inception_module_1(layer)
        layer = layer.mean((2, 3))
        return F.softmax(self.dense(layer), dim=-1)


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


def get_model(input_shape=(32, 32, 3)):
    print("after the first module:", (None, input_shape[0], input_shape[1], 28))
    model = Model(input_shape)
    # summarize model
    print(model)
    return model


model = get_model()
