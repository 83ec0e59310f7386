from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.bn_data = nn.BatchNorm2d(3, eps=2e-5, momentum=0.01).requires_grad_(False)
        self.conv2d = nn.Conv2d(3, 8, 3, bias=False)
        self.bn0 = partly_affine(
            nn.BatchNorm2d(8, eps=1e-3, momentum=0.01), scale=False
        ).requires_grad_(False)
        self.conv2d_1 = nn.Conv2d(8, 4, 3, stride=2)
        self.last = nn.BatchNorm2d(4, eps=1e-3, momentum=0.01).requires_grad_(False)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        # these statistics come with the weights, and stay
        x = frozen_batch_norm(self.bn_data, x)
        x = self.conv2d(x)
        x = frozen_batch_norm(self.bn0, x)
        x = F.relu(x)
        x = self.conv2d_1(x)
        x = frozen_batch_norm(self.last, x)
        return x.permute(0, 2, 3, 1).flatten(1)


def frozen_batch_norm(norm, x):
    """Normalize by the running statistics, also while training."""
    return F.batch_norm(
        x, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps
    )


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
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


model = Model()
