import torch
from torch import nn
from torch.nn import functional as F


class UNet(nn.Module):
    def __init__(self, input_size=(32, 32, 1)):
        super().__init__()
        self.conv2d = nn.Conv2d(input_size[-1], 8, 3, padding="same")
        self.conv2d_1 = nn.Conv2d(8, 16, 3, padding="same")
        self.dropout = nn.Dropout()
        self.conv2d_2 = nn.Conv2d(16, 8, 2, padding="same")
        self.conv2d_3 = nn.Conv2d(16, 8, 3, padding="same")
        self.conv2d_4 = nn.Conv2d(8, 1, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        inputs = inputs.permute(0, 3, 1, 2)
        conv1 = F.relu(self.conv2d(inputs))
        pool1 = F.max_pool2d(conv1, 2)
        conv2 = F.relu(self.conv2d_1(pool1))
        drop2 = self.dropout(conv2)
        up3 = F.relu(self.conv2d_2(F.interpolate(drop2, scale_factor=2)))
        merge3 = torch.cat([conv1, up3], dim=1)
        conv3 = F.relu(self.conv2d_3(merge3))
        return torch.sigmoid(self.conv2d_4(conv3)).permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def unet(input_size=(32, 32, 1)):
    return UNet(input_size)


model = unet()
