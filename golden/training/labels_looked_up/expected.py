from collections import Counter

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, StackDataset
from tqdm import tqdm
from sklearn.datasets import load_iris

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class MappedDataset(Dataset):
    """The samples of a dataset as a function changes them."""

    def __init__(self, dataset, function):
        self.dataset = dataset
        self.function = function

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        return self.function(*self.dataset[index])


def flat_texts(texts):
    """The single texts of arrays, lists and batches."""
    if isinstance(texts, str):
        yield texts
    else:
        for part in texts:
            yield from flat_texts(part)


class StringLookup:
    """Numbers for words: the more often one is seen, the smaller its number."""

    def __init__(self, num_oov_indices=1):
        self.special = ["[UNK]"]
        if num_oov_indices == 0:
            self.special = []
        self.set_vocabulary(())

    def adapt(self, data):
        counts = Counter(flat_texts(data))
        found = sorted(
            counts.keys() - set(self.special),
            key=lambda word: (counts[word], word.encode()),
            reverse=True,
        )
        self.set_vocabulary(found)

    def set_vocabulary(self, words):
        words = [word for word in words if word not in self.special]
        self.vocabulary = [*self.special, *words]
        self.numbers = {word: i for i, word in enumerate(self.vocabulary)}

    def get_vocabulary(self):
        return self.vocabulary

    def vocabulary_size(self):
        return len(self.vocabulary)

    def __call__(self, words):
        words = np.asarray(words)
        other = self.numbers.get(self.special[-1]) if self.special else None
        found = [self.numbers.get(word, other) for word in words.ravel().tolist()]
        numbers = torch.tensor(found, dtype=torch.long).reshape(words.shape)
        return numbers


iris = load_iris()
species = np.array(["setosa", "versicolor", "virginica"])[iris.target]
x = (iris.data - iris.data.mean(axis=0)).astype("float32")

# numbers for the names of the species
label_lookup = StringLookup(num_oov_indices=0)
label_lookup.adapt(species)
print(label_lookup.get_vocabulary())


def prepare(features, label):
    return features, label_lookup(label)


dataset = StackDataset(torch.tensor(x), list(species))
train_ds = DataLoader(MappedDataset(dataset, prepare), batch_size=32, shuffle=True)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 8)
        self.dense_1 = nn.Linear(8, label_lookup.vocabulary_size())
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
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for inputs, targets in tqdm(loader):
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.long).flatten()
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(3):
    loss, accuracy = train_epoch(model, train_ds, criterion, optimizer)
    print(f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}")
