from torch import nn
from torch.nn import functional as F


class Views(nn.Module):
    def __init__(self, views=2, width=4, deep=False):
        super().__init__()
        images = []
        for _ in range(views):
            images.append(3)
        features = []
        self.conv2ds = nn.ModuleList()
        self.conv2ds_1 = nn.ModuleList()
        for image in images:
            self.conv2ds.append(nn.Conv2d(3, width, 3))
            self.conv2ds_1.append(nn.Conv2d(width, width, 3) if deep else None)
            features.append(width)
        self.dense = nn.Linear(features[0], 2)
        self.apply(init_like_keras)

    def forward(self, *images):
        # one camera
        features = []
        for image, conv2d, conv2d2 in zip(images, self.conv2ds, self.conv2ds_1):
            image = image.permute(0, 3, 1, 2)
            x = conv2d(image)
            if conv2d2 is not None:
                x = F.relu(conv2d2(x))
            features.append(x.mean((2, 3)))
        x = sum(features)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_views(views=2, width=4, deep=False):
    """Images from several sides."""
    return Views(views, width, deep)
