import torch
from torch import nn

COLUMNS = {"city": 20, "weekday": 7, "shop": 50}


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 4)
        self.embedding_1 = nn.Embedding(7, 4)
        self.embedding_2 = nn.Embedding(50, 4)
        self.dense = nn.Linear(12, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        city = inputs["city"]
        weekday = inputs["weekday"]
        shop = inputs["shop"]
        x = torch.cat(
            [
                self.embedding(city).flatten(1),
                self.embedding_1(weekday).flatten(1),
                self.embedding_2(shop).flatten(1),
            ],
            dim=-1,
        )
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


model = Model()
