import os
import re
import string
from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset

batch_size = 8
seed = 42

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class CachedStream(IterableDataset):
    """What an iterable gives in the first whole pass, which is kept."""

    def __init__(self, iterable):
        self.iterable = iterable
        self.items = None

    def __len__(self):
        return len(self.iterable)

    def __iter__(self):
        if self.items is not None:
            yield from self.items
            return
        items = []
        for item in self.iterable:
            items.append(item)
            yield item
        self.items = items


class MappedStream(IterableDataset):
    """What an iterable gives, as a function changes it."""

    def __init__(self, iterable, function):
        self.iterable = iterable
        self.function = function

    def __len__(self):
        return len(self.iterable)

    def __iter__(self):
        return (self.function(*item) for item in self.iterable)


class TextFolder(Dataset):
    """The texts of a folder with one for each class, and their classes."""

    def __init__(self, root):
        self.classes = sorted(
            entry.name
            for entry in os.scandir(root)
            if entry.is_dir() and not entry.name.startswith(".")
        )
        self.samples = [
            (os.path.join(folder, name), label)
            for label, class_name in enumerate(self.classes)
            for folder, _, names in sorted(os.walk(os.path.join(root, class_name)))
            for name in sorted(names)
            if name.lower().endswith(".txt")
        ]

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        path, label = self.samples[index]
        return Path(path).read_bytes().decode(), label


def flat_texts(texts):
    """The single texts of arrays, lists and batches."""
    if isinstance(texts, str):
        yield texts
    else:
        for part in texts:
            yield from flat_texts(part)


class TextVectorization:
    """Numbers for the words of texts: the more often a word is seen, the smaller its number."""

    def __init__(self, max_tokens=None, output_sequence_length=None, standardize=None):
        self.max_tokens = max_tokens
        self.output_sequence_length = output_sequence_length
        self.standardize = standardize
        self.set_vocabulary(())

    def words(self, text):
        text = self.standardize(text).encode()
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

    def get_vocabulary(self):
        return self.vocabulary

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


def random_part(folder, share, subset, seed):
    """Keep the images to train with, or the random share that validates."""
    np.random.RandomState(seed).shuffle(folder.samples)
    count = len(folder) - int(share * len(folder))
    parts = {"training": folder.samples[:count], "validation": folder.samples[count:]}
    folder.samples = parts[subset]
    return folder


rng = np.random.default_rng(0)
GOOD = ["fine", "great", "lovely", "film"]
BAD = ["dull", "poor", "long", "film"]

# some reviews of films, in two folders
for name, words in ("neg", BAD), ("pos", GOOD):
    os.makedirs(os.path.join("reviews", name), exist_ok=True)
    for number in range(30):
        text = " ".join(rng.choice(words, size=rng.integers(2, 7)))
        with open(os.path.join("reviews", name, f"{number}.txt"), "w") as file:
            file.write(f"A {text}!<br />Really, {text.upper()}.")

raw_train_ds = DataLoader(
    random_part(TextFolder("reviews"), 0.2, "training", seed),
    batch_size=batch_size,
    shuffle=True,
    generator=torch.Generator().manual_seed(seed),
)
raw_val_ds = DataLoader(
    random_part(TextFolder("reviews"), 0.2, "validation", seed),
    batch_size=batch_size,
    shuffle=True,
    generator=torch.Generator().manual_seed(seed),
)
for text_batch, label_batch in islice(raw_train_ds, 1):
    for i in range(3):
        print("Review", text_batch[i])
        print("Label", label_batch.numpy()[i])
print("Label 0 corresponds to", raw_train_ds.dataset.classes[0])


def custom_standardization(input_data):
    lowercase = input_data.encode().lower().decode()
    stripped_html = re.sub("<br />", " ", lowercase, flags=re.ASCII)
    punctuation = "[%s]" % re.escape(string.punctuation)
    return re.sub(punctuation, "", stripped_html, flags=re.ASCII)


max_features = 10
sequence_length = 12
vectorize_layer = TextVectorization(
    max_tokens=max_features,
    output_sequence_length=sequence_length,
    standardize=custom_standardization,
)
# a dataset without labels, for the vocabulary
train_text = MappedStream(raw_train_ds, lambda x, y: x)
vectorize_layer.adapt(train_text)


def vectorize_text(text, label):
    return vectorize_layer(text), label


print(len(vectorize_layer.get_vocabulary()), "words")
train_ds = MappedStream(raw_train_ds, vectorize_text)
val_ds = MappedStream(raw_val_ds, vectorize_text)
train_ds = CachedStream(train_ds)
val_ds = CachedStream(val_ds)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(max_features, 4)
        self.dropout = nn.Dropout(0.2)
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x.long())
        x = x.mean(1)
        x = self.dropout(x)
        return self.dense(x)  # logits: the loss applies the sigmoid


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
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32).reshape(-1, 1)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32).reshape(-1, 1)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


model = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for _ in range(3):
    train_epoch(model, train_ds, criterion, optimizer)

loss, accuracy = evaluate(model, val_ds, criterion)
