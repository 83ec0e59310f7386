from torch import nn
from torch.nn import functional as F


class ByName(nn.Module):
    def __init__(self, backbone, classes):
        super().__init__()
        if backbone not in ("densenet121", "inception_v3", "xception"):
            raise KeyError(backbone)
        if backbone == "densenet121":
            # TODO(tf2torch) T2T204: keras.applications.DenseNet121 is a pretrained base: torchvision.models.densenet121 is the nearest, with other weights and preprocessing
            self.base = NotConverted(
                "T2T204: keras.applications.DenseNet121 is a pretrained base"
            )
            channels = 1024
        elif backbone == "inception_v3":
            # TODO(tf2torch) T2T204: keras.applications.InceptionV3 is a pretrained base: torchvision.models.inception_v3 is the nearest, with other weights and preprocessing
            self.base = NotConverted(
                "T2T204: keras.applications.InceptionV3 is a pretrained base"
            )
            channels = 2048
        else:
            # TODO(tf2torch) T2T204: keras.applications.Xception is a pretrained base: torchvision has no such model
            self.base = NotConverted(
                "T2T204: keras.applications.Xception is a pretrained base"
            )
            channels = 2048
        self.dense = nn.Linear(channels, classes)
        self.dense.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.base(x)
        x = x.mean((2, 3))
        return F.softmax(self.dense(x), dim=-1)


def build_by_name(backbone, classes, weights="imagenet"):
    return ByName(backbone, classes)


class ByCondition(nn.Module):
    def __init__(self, arch="vgg16", classes=5, fine_tune=False):
        super().__init__()
        if arch == "vgg16":
            # TODO(tf2torch) T2T204: keras.applications.VGG16 is a pretrained base: torchvision.models.vgg16 is the nearest, with other weights and preprocessing
            self.base = NotConverted(
                "T2T204: keras.applications.VGG16 is a pretrained base"
            ).requires_grad_(fine_tune)
            channels = 512
        elif arch == "resnet50":
            # TODO(tf2torch) T2T204: keras.applications.ResNet50 is a pretrained base: torchvision.models.resnet50 is the nearest, with other weights and preprocessing
            self.base = NotConverted(
                "T2T204: keras.applications.ResNet50 is a pretrained base"
            ).requires_grad_(fine_tune)
            channels = 2048
        else:
            # TODO(tf2torch) T2T204: keras.applications.MobileNetV2 is a pretrained base: torchvision.models.mobilenet_v2 is the nearest, with other weights and preprocessing
            self.base = NotConverted(
                "T2T204: keras.applications.MobileNetV2 is a pretrained base"
            ).requires_grad_(fine_tune)
            channels = 1280
        self.conv2d = nn.Conv2d(channels, 64, 1)
        self.dense = nn.Linear(64, classes)
        self.conv2d.apply(init_like_keras)
        self.dense.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.base(x)
        x = F.relu(self.conv2d(x))
        x = x.amax((2, 3))
        return self.dense(x)


class NotConverted(nn.Module):
    """Stands for a layer that has no faithful translation: raises when it is called."""

    def __init__(self, reason):
        super().__init__()
        self.reason = reason

    def forward(self, *inputs):
        raise NotImplementedError(self.reason)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_by_condition(arch="vgg16", input_shape=(224, 224, 3), classes=5, fine_tune=False):
    return ByCondition(arch, classes, fine_tune)
