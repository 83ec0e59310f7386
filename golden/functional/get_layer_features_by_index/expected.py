"""The features below the head, from the model that has it."""

from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, input_dim=10, classes=4):
        super().__init__()
        self.dense = nn.Linear(input_dim, 16)
        self.dropout = nn.Dropout(0.2)
        self.embedding = nn.Linear(16, 8)
        self.dense_1 = nn.Linear(8, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = self.dropout(x)
        x = F.relu(self.embedding(x))
        return F.softmax(self.dense_1(x), dim=-1)


def build(input_dim=10, classes=4):
    return Build(input_dim, classes)


class BelowTheHead(nn.Module):
    def __init__(self, classifier):
        super().__init__()
        self.dense = classifier.dense
        self.dropout = classifier.dropout
        self.embedding = classifier.embedding

    def forward(self, inputs):
        x = F.relu(self.dense(inputs))
        x = self.dropout(x)
        return F.relu(self.embedding(x))


def below_the_head(input_dim=10):
    classifier = build(input_dim)
    return BelowTheHead(classifier)


class SequentialModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(6, 5)
        self.dense_1 = nn.Linear(5, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


sequential = SequentialModel()


class Hidden(nn.Module):
    def __init__(self, sequential):
        super().__init__()
        self.dense = sequential.dense

    def forward(self, x):
        return F.relu(self.dense(x))


hidden = Hidden(sequential)
features = below_the_head()
