import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Tokenizer:
    """Numbers for words: the more often a word is seen, the smaller its number."""

    def __init__(self, num_words=None):
        self.num_words = num_words

    def sequences_to_matrix(self, sequences, mode="binary"):
        size = self.num_words
        matrix = np.zeros((len(sequences), size))
        for row, numbers in zip(matrix, sequences):
            for number in numbers:
                if number < size:
                    row[number] += 1
        if mode != "binary":
            raise ValueError(f"unknown mode: {mode}")
        return np.minimum(matrix, 1)


rng = np.random.default_rng(0)
max_words = 30
newswires = [rng.integers(1, 40, size=rng.integers(3, 12)).tolist() for _ in range(60)]
topics = rng.integers(0, 4, size=60)

print("Vectorizing sequence data...")
tokenizer = Tokenizer(num_words=max_words)
x_train = tokenizer.sequences_to_matrix(newswires, mode="binary")
losses = []


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(max_words, 16)
        self.dense_1 = nn.Linear(16, 4)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the softmax


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


train_data = TensorDataset(
    torch.as_tensor(x_train, dtype=torch.float32),
    torch.as_tensor(topics, dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for epochs in (1, 2):
    model = Model().to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    history = {"loss": []}
    for _ in range(epochs):
        loss = train_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)

    losses.append(history["loss"][-1])
