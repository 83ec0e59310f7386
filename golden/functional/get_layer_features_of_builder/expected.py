from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, input_dim=10, classes=4):
        super().__init__()
        self.dense = nn.Linear(input_dim, 16)
        self.embedding = nn.Linear(16, 8)
        self.dense_1 = nn.Linear(8, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = F.relu(self.embedding(x))
        return F.softmax(self.dense_1(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(input_dim=10, classes=4):
    return Build(input_dim, classes)


classifier = build()


class Embedding(nn.Module):
    def __init__(self, classifier):
        super().__init__()
        self.dense = classifier.dense
        self.embedding = classifier.embedding

    def forward(self, inputs):
        x = F.relu(self.dense(inputs))
        return F.relu(self.embedding(x))


embedding = Embedding(classifier)


class Small(nn.Module):
    def __init__(self, classifier):
        super().__init__()
        self.dense = classifier.dense
        self.embedding = classifier.embedding
        self.dense_1 = nn.Linear(8, 3)
        self.dense_1.apply(init_like_keras)

    def forward(self, inputs):
        x = F.relu(self.dense(inputs))
        x = F.relu(self.embedding(x))
        return self.dense_1(x)


small = Small(classifier)


class Both(nn.Module):
    def __init__(self, classifier):
        super().__init__()
        self.dense = classifier.dense
        self.embedding = classifier.embedding
        self.classifier = classifier

    def forward(self, x):
        outputs = self.classifier(x)
        inputs = x
        x = F.relu(self.dense(inputs))
        x = F.relu(self.embedding(x))
        return x, outputs


both = Both(classifier)


class WithHead(nn.Module):
    def __init__(self, classifier):
        super().__init__()
        self.dense = classifier.dense
        self.embedding = classifier.embedding
        self.dense_1 = nn.Linear(8, 3)
        self.dense_1.apply(init_like_keras)

    def forward(self, inputs):
        x = F.relu(self.dense(inputs))
        x = F.relu(self.embedding(x))
        return self.dense_1(x)


def with_head():
    classifier = build(8)
    return WithHead(classifier)


class Features(nn.Module):
    def __init__(self, classifier):
        super().__init__()
        self.dense = classifier.dense
        self.embedding = classifier.embedding

    def forward(self, inputs):
        x = F.relu(self.dense(inputs))
        return F.relu(self.embedding(x))


def features():
    classifier = build(8)
    return Features(classifier)
