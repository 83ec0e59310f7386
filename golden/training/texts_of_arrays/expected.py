import string
from collections import Counter
from itertools import islice

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, StackDataset
from tqdm import tqdm

GOOD, BAD = "a good film", "such a bad film"

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class MappedStream(IterableDataset):
    """What an iterable gives, as a function changes it."""

    def __init__(self, iterable, function):
        self.iterable = iterable
        self.function = function

    def __len__(self):
        return len(self.iterable)

    def __iter__(self):
        return (self.function(*item) for item in self.iterable)


def flat_texts(texts):
    """The single texts of arrays, lists and batches."""
    if isinstance(texts, str):
        yield texts
    else:
        for part in texts:
            yield from flat_texts(part)


class TextVectorization:
    """Numbers for the words of texts: the more often a word is seen, the smaller its number."""

    def __init__(self, max_tokens=None, output_sequence_length=None):
        self.max_tokens = max_tokens
        self.output_sequence_length = output_sequence_length
        self.set_vocabulary(())

    def words(self, text):
        text = text.encode().lower().translate(None, string.punctuation.encode())
        words = [word.decode() for word in text.split()]
        return words

    def adapt(self, data):
        counts = Counter()
        for text in flat_texts(data):
            counts.update(self.words(text))
        limit = None if self.max_tokens is None else self.max_tokens - len(self.special)
        found = sorted(
            counts.keys() - set(self.special),
            key=lambda word: (counts[word], word.encode()),
            reverse=True,
        )
        self.set_vocabulary(found[:limit])

    def set_vocabulary(self, words):
        self.special = ["", "[UNK]"]
        words = [word for word in words if word not in self.special]
        self.vocabulary = [*self.special, *words]
        self.numbers = {word: i for i, word in enumerate(self.vocabulary)}

    def __call__(self, texts):
        if isinstance(texts, str):
            return self([texts])[0]
        other = self.numbers["[UNK]"]
        rows = [
            [self.numbers.get(word, other) for word in self.words(text)]
            for text in flat_texts(texts)
        ]
        length = self.output_sequence_length or max(map(len, rows))
        return torch.tensor([(row + [0] * length)[:length] for row in rows])


texts = np.array([f"{text} {'really ' * (n % 3)}" for n in range(20) for text in (GOOD, BAD)])
labels = np.array([1, 0] * 20)
sequence_length = 6

raw_ds = DataLoader(StackDataset(list(texts), torch.tensor(labels)), batch_size=8)
vectorize_layer = TextVectorization(
    max_tokens=20, output_sequence_length=sequence_length
)
vectorize_layer.adapt(MappedStream(raw_ds, lambda text, label: text))


def vectorize_text(text, label):
    return vectorize_layer(text), label


train_ds = MappedStream(raw_ds, vectorize_text)
for numbers, _ in islice(train_ds, 1):
    first = numbers.numpy()


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 4)
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x.long())
        x = x.mean(1)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for inputs, targets in tqdm(loader):
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32).reshape(-1, 1)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0.5) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


model = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(2):
    loss, accuracy = train_epoch(model, train_ds, criterion, optimizer)
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - accuracy: {accuracy:.4f}")

lengths = []
for size in (3, 5):
    shorter = TextVectorization(max_tokens=9, output_sequence_length=size)
    shorter.adapt(texts)
    lengths.append(shorter(texts[:4]).numpy())
