import torch
from torch import nn
from torch.nn import functional as F

NUM_TAGS = 12
NUM_DEPARTMENTS = 4


class Ticket(nn.Module):
    def __init__(self, vocabulary_size=1000, width=32):
        super().__init__()
        features2 = vocabulary_size + vocabulary_size + 12
        self.denses = nn.ModuleList()
        for _ in range(2):
            self.denses.append(nn.Linear(features2, width))
            features2 = width

        self.priority = nn.Linear(width, 1)
        self.department = nn.Linear(width, NUM_DEPARTMENTS)
        self.apply(init_like_keras)

    def forward(self, inputs):
        title = inputs["title"]
        body = inputs["body"]
        tags = inputs["tags"]

        features = torch.cat([title, body, tags], dim=-1)
        for dense in self.denses:
            features = F.relu(dense(features))

        priority = torch.sigmoid(self.priority(features))
        department = F.softmax(self.department(features), dim=-1)
        return {"priority": priority, "department": department}


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_ticket_model(vocabulary_size=1000, width=32):
    return Ticket(vocabulary_size, width)


model = build_ticket_model()
