from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 4, (3, 5))
        self.batch_normalization = partly_affine(
            nn.BatchNorm2d(4, eps=1e-3, momentum=0.01), scale=False
        )
        self.conv2d_1 = nn.Conv2d(4, 4, 1)
        self.spatial_dropout2d = nn.Dropout2d(0.2)
        self.dense = nn.Linear(6, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.conv2d(x))
        x = self.batch_normalization(x)
        # channels, then rows and columns
        x = F.max_pool2d(x, (2, 1))
        y = self.conv2d_1(x)
        x = x + y
        x = self.spatial_dropout2d(x)
        x = x[:, :, 1:-1]
        x = x.reshape(-1, 12, 6)
        return self.dense(x)


def partly_affine(norm, scale=True, center=True):
    """Leave out the scale or the offset: fixed at one and zero, they do nothing."""
    for name, trained in (("weight", scale), ("bias", center)):
        if not trained:
            value = getattr(norm, name).detach()
            delattr(norm, name)
            norm.register_buffer(name, value)
    return norm


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Conv3d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()


class Volume(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv3d = nn.Conv3d(2, 3, 2, stride=2)
        self.dense = nn.Linear(3, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.conv3d(F.pad(x, (0, 1, 0, 0, 0, 1)))
        x = F.interpolate(x, scale_factor=2)
        x = F.avg_pool3d(x, 2)
        x = x.amax((2, 3, 4))
        return self.dense(x)


volume = Volume()
