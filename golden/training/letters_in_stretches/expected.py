from itertools import islice

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class MappedTensors(Dataset):
    """The samples of a dataset as a function changes them."""

    def __init__(self, dataset, function):
        self.dataset = dataset
        self.function = function

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        return self.function(self.dataset[index])


text = "First Citizen: Before we proceed any further, hear me speak. " * 20
vocab = sorted(set(text))
char2idx = {u: i for i, u in enumerate(vocab)}
idx2char = np.array(vocab)
text_as_int = np.array([char2idx[c] for c in text])

# The maximum length sentence we want for a single input in characters
seq_length = 30
char_dataset = torch.tensor(text_as_int)
for i in islice(char_dataset, 5):
    print(idx2char[i.item()])
sequences = char_dataset.unfold(0, seq_length + 1, seq_length + 1)
for item in islice(sequences, 2):
    print(repr("".join(idx2char[item.numpy()])))


def split_input_target(chunk):
    input_text = chunk[:-1]
    target_text = chunk[1:]
    return input_text, target_text


dataset = MappedTensors(sequences, split_input_target)
for input_example, target_example in islice(dataset, 1):
    print("Input data:", repr("".join(idx2char[input_example.numpy()])))
    print("Target data:", repr("".join(idx2char[target_example.numpy()])))

BATCH_SIZE = 8
BUFFER_SIZE = 10000
dataset = DataLoader(dataset, batch_size=BATCH_SIZE, shuffle=True, drop_last=True)

vocab_size = len(vocab)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 8)
        self.gru = nn.GRU(8, 16, batch_first=True)
        self.dense = nn.Linear(16, vocab_size)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x)
        x, _ = self.gru(x)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)
    elif isinstance(module, nn.GRU):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = count = 0.0
    for inputs, targets in tqdm(loader):
        inputs = inputs.to(device, torch.long)
        targets = targets.to(device, torch.long)
        logits = model(inputs)
        loss = criterion(logits.movedim(-1, 1), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        count += len(inputs)
    return loss_sum / count


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(2):
    loss = train_epoch(model, dataset, criterion, optimizer)
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f}")
