import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(100, 16)
        self.priority = nn.Linear(28, 1)
        self.department = nn.Linear(28, 4)
        self.apply(init_like_keras)

    def forward(self, inputs):
        inputs2 = inputs["title"]
        tags = inputs["tags"]
        title = self.embedding(inputs2)
        title = title.mean(1)
        x = torch.cat([title, tags], dim=-1)
        return {
            "priority": torch.sigmoid(self.priority(x)),
            "department": F.softmax(self.department(x), dim=-1),
        }


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


model = Model()


class TwoNumbers(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(5, 3)
        self.apply(init_like_keras)

    def forward(self, inputs):
        left = inputs["left"]
        right = inputs["right"]
        x = torch.cat([left, right], dim=-1)
        return self.dense(x)


def two_numbers():
    return TwoNumbers()


numbers = two_numbers()
