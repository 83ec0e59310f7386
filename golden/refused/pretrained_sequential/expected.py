import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        # fine-tune the last block
        # TODO(tf2torch) T2T204: keras.applications.VGG16 is a pretrained base: torchvision.models.vgg16 is the nearest, with other weights and preprocessing
        # TODO(tf2torch) T2T204: what stands here must be changed in the same way:
        # for layer in base.layers[:-4]:
        #     layer.trainable = False
        self.base = NotConverted(
            "T2T204: keras.applications.VGG16 is a pretrained base"
        )
        self.dense = nn.Linear(8192, 256)
        self.dense_1 = nn.Linear(256, 1)
        self.dense.apply(init_like_keras)
        self.dense_1.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.base(x)
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = F.relu(self.dense(x))
        return torch.sigmoid(self.dense_1(x))


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


model = Model()


class FrozenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        # TODO(tf2torch) T2T204: keras.applications.VGG16 is a pretrained base: torchvision.models.vgg16 is the nearest, with other weights and preprocessing; it stays in eval mode
        self.vgg16 = NotConverted(
            "T2T204: keras.applications.VGG16 is a pretrained base"
        ).requires_grad_(False)
        self.dense = nn.Linear(2048, 10)
        self.dense.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.vgg16(x)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return F.softmax(self.dense(x), dim=-1)


def frozen_classifier():
    return FrozenClassifier()
