from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, kind, length=30, filters=(8, 16)):
        super().__init__()
        steps = length
        channels = 4
        self.conv1ds = nn.ModuleList()
        self.batch_normalizations = nn.ModuleList()
        self.layer_normalizations = nn.ModuleList()
        for n in filters:
            self.conv1ds.append(nn.Conv1d(channels, n, 5))
            steps = steps - 4
            if kind == "batch":
                self.batch_normalizations.append(
                    nn.BatchNorm1d(n, eps=1e-3, momentum=0.01)
                )
                self.layer_normalizations.append(None)
            else:
                self.layer_normalizations.append(nn.LayerNorm(n, eps=1e-3))
                self.batch_normalizations.append(None)
            channels = n
        self.dense = nn.Linear(steps * channels, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        for conv1d, batch_normalization, layer_normalization in zip(
            self.conv1ds, self.batch_normalizations, self.layer_normalizations
        ):
            x = F.relu(conv1d(x))
            if batch_normalization is not None:
                x = batch_normalization(x)
            else:
                x = layer_normalization(x.transpose(1, 2))
                x = x.transpose(1, 2)
        x = x.transpose(1, 2).flatten(1)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(kind, length=30, filters=(8, 16)):
    return Build(kind, length, filters)


batch_model = build("batch")
layer_model = build("layer")
