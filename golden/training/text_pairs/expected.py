import re
import string
from collections import Counter
from itertools import islice
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, StackDataset
from tqdm import tqdm

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


class ShuffledStream(IterableDataset):
    """What an iterable gives, each time one at random of the next `size`."""

    def __init__(self, iterable, size):
        self.iterable = iterable
        self.size = size

    def __iter__(self):
        buffer = []
        for item in self.iterable:
            buffer.append(item)
            if len(buffer) == self.size:
                yield buffer.pop(torch.randint(len(buffer), ()))
        while buffer:
            yield buffer.pop(torch.randint(len(buffer), ()))

    def __len__(self):
        return len(self.iterable)


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
        self.standardize = standardize or self.lowered
        self.set_vocabulary(())

    def lowered(self, text):
        text = text.encode().lower().translate(None, string.punctuation.encode())
        return text.decode()

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


text_pairs = [(f"go to {n} now", f"[start] ve a {n} ahora [end]") for n in range(60)]
num_val_samples = int(0.15 * len(text_pairs))
train_pairs = text_pairs[: len(text_pairs) - num_val_samples]
val_pairs = text_pairs[len(text_pairs) - num_val_samples :]
strip_chars = string.punctuation + "¿"
strip_chars = strip_chars.replace("[", "")
strip_chars = strip_chars.replace("]", "")
vocab_size = 100
sequence_length = 8
batch_size = 16


def custom_standardization(input_string):
    lowercase = input_string.encode().lower().decode()
    return re.sub("[%s]" % re.escape(strip_chars), "", lowercase, flags=re.ASCII)


eng_vectorization = TextVectorization(
    max_tokens=vocab_size, output_sequence_length=sequence_length
)
spa_vectorization = TextVectorization(
    max_tokens=vocab_size,
    output_sequence_length=sequence_length + 1,
    standardize=custom_standardization,
)
train_eng_texts = [pair[0] for pair in train_pairs]
train_spa_texts = [pair[1] for pair in train_pairs]
eng_vectorization.adapt(train_eng_texts)
spa_vectorization.adapt(train_spa_texts)


def format_dataset(eng, spa):
    eng = eng_vectorization(eng)
    spa = spa_vectorization(spa)
    return ({"encoder_inputs": eng, "decoder_inputs": spa[:, :-1]}, spa[:, 1:])


def make_dataset(pairs):
    eng_texts, spa_texts = zip(*pairs)
    eng_texts = list(eng_texts)
    spa_texts = list(spa_texts)
    dataset = StackDataset(list(eng_texts), list(spa_texts))
    dataset = DataLoader(dataset, batch_size=batch_size)
    dataset = MappedStream(dataset, format_dataset)
    return CachedStream(ShuffledStream(dataset, 2048))


train_ds = make_dataset(train_pairs)
val_ds = make_dataset(val_pairs)
for inputs, targets in islice(train_ds, 1):
    print(f'inputs["encoder_inputs"].shape: {inputs["encoder_inputs"].shape}')
    print(f"targets.shape: {targets.shape}")


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 8)
        self.gru = nn.GRU(8, 8, batch_first=True)
        self.embedding_1 = nn.Embedding(vocab_size, 8)
        self.gru_1 = nn.GRU(8, 8, batch_first=True)
        self.dense = nn.Linear(8, vocab_size)
        self.apply(init_like_keras)

    def forward(self, encoder_inputs, decoder_inputs):
        x = self.embedding(encoder_inputs)
        encoded, _ = self.gru(x)
        encoded = encoded[:, -1]
        y = self.embedding_1(decoder_inputs)
        y, _ = self.gru_1(y, encoded.unsqueeze(0))
        return self.dense(y)  # logits: the loss applies the softmax


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
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for features, targets in tqdm(loader):
        encoder_inputs = features["encoder_inputs"].to(device, torch.long)
        decoder_inputs = features["decoder_inputs"].to(device, torch.long)
        targets = targets.to(device, torch.long)
        logits = model(encoder_inputs, decoder_inputs)
        loss = criterion(logits.movedim(-1, 1), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(targets)
        correct += (logits.argmax(-1) == targets).double().mean().item() * len(targets)
        count += len(targets)
    return loss_sum / count, correct / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = count = 0.0
    for features, targets in loader:
        encoder_inputs = features["encoder_inputs"].to(device, torch.long)
        decoder_inputs = features["decoder_inputs"].to(device, torch.long)
        targets = targets.to(device, torch.long)
        logits = model(encoder_inputs, decoder_inputs)
        loss_sum += criterion(logits.movedim(-1, 1), targets).item() * len(targets)
        correct += (logits.argmax(-1) == targets).double().mean().item() * len(targets)
        count += len(targets)
    return loss_sum / count, correct / count


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(2):
    loss, accuracy = train_epoch(model, train_ds, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_ds, criterion)
    print(
        f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )
