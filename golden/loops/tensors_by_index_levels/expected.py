from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 8, 3, padding="same")
        self.conv2d_1 = nn.Conv2d(8, 8, 3, stride=2)
        self.conv2d_2 = nn.Conv2d(8, 8, 3, stride=2)

        levels = [8, 8, 8]
        self.conv2d_3 = nn.Conv2d(8, 8, 1)
        levels[2] = 8
        for i in range(2, 0, -1):
            levels[i - 1] = 8
        self.conv2ds = nn.ModuleList()
        for level in levels:
            self.conv2ds.append(nn.Conv2d(8, 2, 3, padding="same"))
        self.apply(init_like_keras)

    def forward(self, inputs):
        inputs = inputs.permute(0, 3, 1, 2)
        c1 = F.relu(self.conv2d(inputs))
        c2 = F.relu(self.conv2d_1(F.pad(c1, (0, 1, 0, 1))))
        c3 = F.relu(self.conv2d_2(F.pad(c2, (0, 1, 0, 1))))

        levels = [c1, c2, c3]
        levels[2] = self.conv2d_3(c3)
        for i in range(2, 0, -1):
            levels[i - 1] = levels[i - 1] + F.interpolate(levels[i], scale_factor=2)
        outputs = []
        for level, conv2d in zip(levels, self.conv2ds):
            outputs.append(conv2d(level))
        return [output.permute(0, 2, 3, 1) for output in outputs]


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
