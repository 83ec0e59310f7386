import torch
from torch import nn
from torch.nn import functional as F


class Recommender(nn.Module):
    def __init__(self, users, items, size=4, layers=(16, 8)):
        super().__init__()
        depth = len(layers)  # of the perceptron

        # A table for each of the two ways
        self.factor_user = nn.Embedding(users, size)
        self.factor_item = nn.Embedding(items, size)
        self.deep_user = nn.Embedding(users, layers[0] // 2)
        self.deep_item = nn.Embedding(items, layers[0] // 2)
        features = 2 * (layers[0] // 2)
        self.layers = nn.ModuleList()
        for index in range(1, depth):
            self.layers.append(nn.Linear(features, layers[index]))
            features = layers[index]
        self.score = nn.Linear(size + features, 1)
        self.apply(init_like_keras)

    def forward(self, user, item):
        # What is given: numbers of a user and an item
        # The product
        x = self.factor_user(user).flatten(1)
        y = self.factor_item(item).flatten(1)
        product = x * y  # element by element

        # The perceptron
        x = self.deep_user(user).flatten(1)
        y = self.deep_item(item).flatten(1)
        deep = torch.cat([x, y], dim=-1)
        for layer in self.layers:
            deep = F.relu(layer(deep))

        # Both together
        both = torch.cat([product, deep], dim=-1)
        return torch.sigmoid(self.score(both))


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


def build_recommender(users, items, size=4, layers=(16, 8)):
    return Recommender(users, items, size, layers)


model = build_recommender(30, 40)
