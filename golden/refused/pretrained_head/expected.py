from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        # only the head is trained
        # TODO(tf2torch) T2T204: keras.applications.VGG16 is a pretrained base: torchvision.models.vgg16 is the nearest, with other weights and preprocessing; it stays in eval mode
        self.base = NotConverted(
            "T2T204: keras.applications.VGG16 is a pretrained base"
        ).requires_grad_(False)
        self.dense = nn.Linear(512, 128)
        self.dropout = nn.Dropout()
        self.dense_1 = nn.Linear(128, 5)
        self.dense.apply(init_like_keras)
        self.dense_1.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.base(x)
        x = x.mean((2, 3))
        x = F.relu(self.dense(x))
        x = self.dropout(x)
        return F.softmax(self.dense_1(x), dim=-1)


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
