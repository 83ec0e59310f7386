import torch
from torch import nn
from torch.nn import functional as F


class ConvBlock(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        self.conv2ds = nn.ModuleList()
        self.batch_normalizations = nn.ModuleList()
        for _ in range(2):
            self.conv2ds.append(nn.Conv2d(channels, filters, 3, padding="same"))
            self.batch_normalizations.append(
                nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)
            )
            channels = filters

    def forward(self, x):
        for conv2d, batch_normalization in zip(self.conv2ds, self.batch_normalizations):
            x = conv2d(x)
            x = batch_normalization(x)
            x = F.relu(x)
        return x


class DecoderBlock(nn.Module):
    def __init__(self, channels, skip_channels, filters):
        super().__init__()
        self.conv2d_transpose = nn.ConvTranspose2d(channels, filters, 2, stride=2)
        self.conv_block = ConvBlock(filters + skip_channels, filters)

    def forward(self, x, skip):
        x = self.conv2d_transpose(x)
        x = torch.cat([x, skip], dim=1)
        return self.conv_block(x)


class VGG16UNet(nn.Module):
    def __init__(self):
        super().__init__()
        # TODO(tf2torch) T2T204: keras.applications.VGG16 is a pretrained base: torchvision's create_feature_extractor on torchvision.models.vgg16 is the nearest, with other weights and preprocessing
        self.vgg16 = NotConverted(
            "T2T204: keras.applications.VGG16 is a pretrained base"
        )

        # decoder
        self.decoder_block = DecoderBlock(512, 256, 256)
        self.decoder_block_1 = DecoderBlock(256, 128, 128)
        self.decoder_block_2 = DecoderBlock(128, 64, 64)
        self.conv2d = nn.Conv2d(64, 1, 1)
        self.decoder_block.apply(init_like_keras)
        self.decoder_block_1.apply(init_like_keras)
        self.decoder_block_2.apply(init_like_keras)
        self.conv2d.apply(init_like_keras)

    def forward(self, inputs):
        inputs = inputs.permute(0, 3, 1, 2)

        # encoder
        features = self.vgg16(inputs)
        s1 = features["block1_conv2"]
        s2 = features["block2_conv2"]
        s3 = features["block3_conv3"]

        # bridge
        b1 = features["block4_conv3"]

        # decoder
        d1 = self.decoder_block(b1, s3)
        d2 = self.decoder_block_1(d1, s2)
        d3 = self.decoder_block_2(d2, s1)
        outputs = torch.sigmoid(self.conv2d(d3))
        return outputs.permute(0, 2, 3, 1)


def build_vgg16_unet(input_shape=(256, 256, 3)):
    return VGG16UNet()


class Embedding(nn.Module):
    def __init__(self):
        super().__init__()
        # TODO(tf2torch) T2T204: keras.applications.ResNet50 is a pretrained base: torchvision's create_feature_extractor on torchvision.models.resnet50 is the nearest, with other weights and preprocessing
        self.base = NotConverted(
            "T2T204: keras.applications.ResNet50 is a pretrained base"
        )
        self.dense = nn.Linear(65536, 64)
        self.dense.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        features2 = self.base(x)
        features = features2["conv4_block6_out"]
        return self.dense(features.permute(0, 2, 3, 1).flatten(1)), features2[
            "output"
        ].permute(0, 2, 3, 1)


class NotConverted(nn.Module):
    """Stands for a layer that has no faithful translation: raises when it is called."""

    def __init__(self, reason):
        super().__init__()
        self.reason = reason

    def forward(self, *inputs):
        raise NotImplementedError(self.reason)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_embedding():
    return Embedding()
