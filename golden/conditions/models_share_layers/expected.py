from torch import nn
from torch.nn import functional as F


class MultiOutputBuild(nn.Module):
    def __init__(self, input_dim):
        super().__init__()
        self.dense = nn.Linear(input_dim, 32)
        self.dense_1 = nn.Linear(32, 16)
        self.dense_2 = nn.Linear(16, 1)
        self.dense_3 = nn.Linear(16, 4)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        features = F.relu(self.dense_1(x))
        score = self.dense_2(features)
        label = F.softmax(self.dense_3(features), dim=-1)
        return score, label


class Build(nn.Module):
    def __init__(self, input_dim):
        super().__init__()
        self.dense = nn.Linear(input_dim, 32)
        self.dense_1 = nn.Linear(32, 16)
        self.dense_2 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        features = F.relu(self.dense_1(x))
        return self.dense_2(features)


class FeaturesBuild(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.dense = model.dense
        self.dense_1 = model.dense_1

    def forward(self, x):
        x = F.relu(self.dense(x))
        return F.relu(self.dense_1(x))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(input_dim, multi_output=False, return_features=False):
    if multi_output:
        model = MultiOutputBuild(input_dim)
    else:
        model = Build(input_dim)
    if return_features:
        return model, FeaturesBuild(model)
    return model
