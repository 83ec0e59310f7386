"""A text classifier that starts from word vectors which somebody else trained."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

MAX_WORDS = 50


def embedding_matrix(vectors, word_index, size):
    """A row for each word; words without a vector get zeros."""
    matrix = np.zeros((min(MAX_WORDS, len(word_index) + 1), size))
    for word, i in word_index.items():
        if i < MAX_WORDS and word in vectors:
            matrix[i] = vectors[word]
    return matrix


class TextClassifier(nn.Module):
    def __init__(self, matrix, classes):
        super().__init__()
        self.embedding = with_init(
            nn.Embedding(matrix.shape[0], matrix.shape[1]),
            weight=lambda w: constant_(w, matrix),
        ).requires_grad_(False)
        channels = matrix.shape[1]
        self.conv1ds = nn.ModuleList()
        for filters in (8, 4):
            self.conv1ds.append(nn.Conv1d(channels, filters, 3))
            channels = filters
        self.dense = nn.Linear(channels, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        # load the word vectors into a layer that is not trained
        x = self.embedding(x)
        x = x.transpose(1, 2)
        for conv1d in self.conv1ds:
            x = F.relu(conv1d(x))
        x = x.amax(2)
        return F.softmax(self.dense(x), dim=-1)


def text_classifier(matrix, maxlen, classes):
    return TextClassifier(matrix, classes)


vectors = {"the": np.arange(6.0), "cat": np.ones(6), "sat": np.full(6, 0.5)}
words = {"the": 1, "cat": 2, "sat": 3, "mat": 4}
weights = embedding_matrix(vectors, words, 6)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = with_init(
            nn.Embedding(5, 6), weight=lambda w: constant_(w, weights)
        )
        self.dense = nn.Linear(6, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x)
        x = x.amax(1)
        return torch.sigmoid(self.dense(x))


def constant_(weight, value):
    """Set a weight to a number, or to an array of its shape."""
    with torch.no_grad():
        return weight.copy_(torch.as_tensor(value))


def with_init(module, **inits):
    """Start these weights of a layer in their own way, the others as Keras does."""
    init_like_keras(module)
    for name, init in inits.items():
        weight = getattr(module, name, None)  # there may be none, or a fixed one
        if isinstance(weight, nn.Parameter) or name.startswith("running"):
            init(weight)
    module.initialized = True
    return module


def init_like_keras(module):
    """Start from Keras's default weights."""
    if hasattr(module, "initialized"):
        return
    if isinstance(module, (nn.Conv1d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


model = Model()
