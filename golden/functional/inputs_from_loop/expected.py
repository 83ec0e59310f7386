import torch
from torch import nn
from torch.nn import functional as F


class Embeddings(nn.Module):
    def __init__(self, columns=("city", "month"), sizes={"city": 9, "month": 12}):
        super().__init__()
        self.columns = columns
        self.sizes = sizes
        embedded = []
        self.embeddings = nn.ModuleList()
        for column in columns:
            width = min(5, (sizes[column] + 1) // 2)
            self.embeddings.append(nn.Embedding(sizes[column], width))
            embedded.append(width)
        self.dense = nn.Linear(sum(embedded), 10)
        self.dense_1 = nn.Linear(10, 1)
        self.apply(init_like_keras)

    def forward(self, *inputs):
        embedded = []
        for column, one, embedding in zip(self.columns, inputs, self.embeddings):
            width = min(5, (self.sizes[column] + 1) // 2)
            x = embedding(one)
            x = x.reshape(-1, width)
            embedded.append(x)
        x = torch.cat(embedded, dim=-1)
        x = F.relu(self.dense(x))
        return torch.sigmoid(self.dense_1(x))


def build_embeddings(columns=("city", "month"), sizes={"city": 9, "month": 12}):
    """One embedding for each column."""
    return Embeddings(columns, sizes)


vectors, merged = [], []


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        merged = []
        self.denses = nn.ModuleList()
        for size in [3, 4, 5]:
            self.denses.append(nn.Linear(size, 6))
            merged.append(6)
        self.dense = nn.Linear(sum(merged), 2)
        self.apply(init_like_keras)

    def forward(self, *vectors):
        merged = []
        for vector, dense in zip(vectors, self.denses):
            merged.append(dense(vector))
        return self.dense(torch.cat(merged, dim=-1))


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


model = Model()
