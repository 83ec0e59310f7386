from collections import Counter

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Tokenizer:
    """Numbers for words: the more often a word is seen, the smaller its number."""

    def __init__(
        self,
        num_words=None,
        oov_token=None,
        filters='!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n',
    ):
        self.num_words = num_words
        self.oov_token = oov_token
        self.spaces = str.maketrans(dict.fromkeys(filters, " "))
        self.word_counts = {}
        self.word_index = {}
        self.index_word = {}
        self.document_count = 0
        self.word_docs = Counter()
        self.index_docs = Counter()

    def split(self, text):
        if isinstance(text, list):
            return [word.lower() for word in text]
        words = text.lower().translate(self.spaces).split(" ")
        return [word for word in words if word]

    def fit_on_texts(self, texts):
        for text in texts:
            words = self.split(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            self.document_count += 1
            self.word_docs.update(set(words))
        words = sorted(self.word_counts, key=self.word_counts.get, reverse=True)
        if self.oov_token is not None:
            words.insert(0, self.oov_token)
        self.word_index = {word: number for number, word in enumerate(words, 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def texts_to_sequences(self, texts):
        texts = map(self.split, texts)
        return [self.known(map(self.word_index.get, words)) for words in texts]

    def known(self, numbers):
        other = self.word_index.get(self.oov_token)
        limit = self.num_words or float("inf")
        kept = [n if n is not None and n < limit else other for n in numbers]
        return [number for number in kept if number is not None]

    def texts_to_matrix(self, texts, mode="binary"):
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences, mode="binary"):
        size = self.num_words or len(self.word_index) + 1
        matrix = np.zeros((len(sequences), size))
        for row, numbers in zip(matrix, sequences):
            for number in numbers:
                if number < size:
                    row[number] += 1
        if mode == "count":
            return matrix
        if mode == "freq":
            return matrix / [[max(len(numbers), 1)] for numbers in sequences]
        if mode == "tfidf":
            found = np.array([self.index_docs[number] for number in range(size)])
            rarity = np.log(1 + self.document_count / (1 + found))
            return np.where(matrix > 0, 1 + np.log(np.maximum(matrix, 1)), 0) * rarity
        if mode != "binary":
            raise ValueError(f"unknown mode: {mode}")
        return np.minimum(matrix, 1)


def words_of(text):
    """The words of a text, in lower case, without punctuation."""
    spaces = str.maketrans(dict.fromkeys('!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n', " "))
    return [word for word in text.lower().translate(spaces).split(" ") if word]


reviews = ["a fine film", "so dull", "fine, fine!", "dull and long", "what a film", "so long"]
labels = np.array([1, 0, 1, 0, 1, 0])
tokenizer = Tokenizer(num_words=8)
tokenizer.fit_on_texts(reviews)
print(len(tokenizer.word_index), "words in", tokenizer.document_count, "reviews")
print(max(len(words_of(review)) for review in reviews), "in the longest one")

losses = []


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 4)
        self.dense_1 = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the sigmoid


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


for mode in ("binary", "count", "freq", "tfidf"):
    x = tokenizer.texts_to_matrix(reviews, mode=mode)
    model = Model().to(device)
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(labels, dtype=torch.float32).reshape(-1, 1),
    )
    train_loader = DataLoader(train_data, batch_size=2, shuffle=True)

    history = {"loss": [], "accuracy": []}
    for _ in range(3):
        loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)

    losses.append(history["loss"][-1])
