import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self, classes=3, fine_tune=False):
        super().__init__()
        # TODO(tf2torch) T2T204: keras.applications.MobileNetV2 is a pretrained base: torchvision.models.mobilenet_v2 is the nearest, with other weights and preprocessing; it stays in eval mode
        self.base = NotConverted(
            "T2T204: keras.applications.MobileNetV2 is a pretrained base"
        )
        if not fine_tune:
            self.base.requires_grad_(False)
        self.dense = nn.Linear(1280, classes)
        self.dense.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = x / 127.5 - 1
        x = self.base(x)
        x = x.mean((2, 3))
        return self.dense(x)


def build_model(image_size=160, classes=3, fine_tune=False):
    """Transfer learning as in the guide: the base stays in inference mode."""
    return Model(classes, fine_tune)


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        # one base for both images
        # TODO(tf2torch) T2T204: keras.applications.ResNet50 is a pretrained base: torchvision.models.resnet50 is the nearest, with other weights and preprocessing
        self.encoder = NotConverted(
            "T2T204: keras.applications.ResNet50 is a pretrained base"
        )
        self.dense = nn.Linear(4096, 1)
        self.dense.apply(init_like_keras)

    def forward(self, left, right):
        left = left.permute(0, 3, 1, 2)
        right = right.permute(0, 3, 1, 2)
        features = torch.cat(
            [
                self.encoder(
                    left.flip(1)
                    - left.new_tensor([103.939, 116.779, 123.68]).view(-1, 1, 1)
                ),
                self.encoder(
                    right.flip(1)
                    - right.new_tensor([103.939, 116.779, 123.68]).view(-1, 1, 1)
                ),
            ],
            dim=-1,
        )
        return torch.sigmoid(self.dense(features))


def build_siamese():
    return Siamese()


class Regressor(nn.Module):
    def __init__(self, trainable):
        super().__init__()
        # TODO(tf2torch) T2T204: keras.applications.EfficientNetB0 is a pretrained base: torchvision.models.efficientnet_b0 is the nearest, with other weights and preprocessing
        self.base = NotConverted(
            "T2T204: keras.applications.EfficientNetB0 is a pretrained base"
        ).requires_grad_(trainable)
        self.age = nn.Linear(1280, 1)
        self.sex = nn.Linear(1280, 2)
        self.age.apply(init_like_keras)
        self.sex.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.base(x)
        age = self.age(x)
        sex = F.softmax(self.sex(x), dim=-1)
        return age, sex


class NotConverted(nn.Module):
    """Stands for a layer that has no faithful translation: raises when it is called."""

    def __init__(self, reason):
        super().__init__()
        self.reason = reason

    def forward(self, *inputs):
        raise NotImplementedError(self.reason)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_regressor(trainable):
    return Regressor(trainable)
