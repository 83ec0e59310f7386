from torch import nn
from torch.nn import functional as F


class Cropper(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 4, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.interpolate(
            crop_to_aspect_ratio(x, 24, 32), size=(24, 32), mode="bilinear"
        )
        x = x[:, :, 2:22, 6:26]
        features = F.relu(self.conv2d(x))
        return features.permute(0, 2, 3, 1)


def crop_to_aspect_ratio(x, height, width):
    """The largest part in the middle of images that has the aspect ratio of these sizes."""
    rows = max(min(x.shape[2], x.shape[3] * height // width), 1)
    columns = max(min(x.shape[3], x.shape[2] * width // height), 1)
    top, left = (x.shape[2] - rows) // 2, (x.shape[3] - columns) // 2
    return x[:, :, top : top + rows, left : left + columns]


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


cropper = Cropper()


class Enlarger(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        # wider than the images are: Keras enlarges them
        x = F.interpolate(x[:, :, 2:6], size=(8, 12), mode="bilinear")
        return x.permute(0, 2, 3, 1).flatten(1)


enlarger = Enlarger()
