import torch
from torch import nn


class Ranker(nn.Module):
    def __init__(self, vocabularies=([3, 1, 4], [2, 7, 1, 8]), size=4):
        super().__init__()
        self.vocabularies = vocabularies
        features = []
        self.embeddings = nn.ModuleList()
        for vocabulary in vocabularies:
            self.embeddings.append(nn.Embedding(len(vocabulary) + 1, size))
            features.append(size)
        self.dense = nn.Linear(sum(features), 1)
        self.apply(init_like_keras)

    def forward(self, *inputs):
        features = []
        for vocabulary, ids, embedding in zip(
            self.vocabularies, inputs, self.embeddings
        ):
            places = integer_lookup(ids, vocabulary)
            x = embedding(places)
            features.append(x.flatten(1))
        x = torch.cat(features, dim=-1)
        return self.dense(x)


def integer_lookup(x, vocabulary):
    """The place of each number in the vocabulary, counted from 1; 0 stands for all others."""
    found = x.unsqueeze(-1) == x.new_tensor(vocabulary)
    return torch.where(found.any(-1), found.int().argmax(-1) + 1, 0)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


def build_ranker(vocabularies=([3, 1, 4], [2, 7, 1, 8]), size=4):
    return Ranker(vocabularies, size)


model = build_ranker()
