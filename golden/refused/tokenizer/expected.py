from collections import Counter

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm
from tensorflow.keras.preprocessing.text import Tokenizer

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class TorchTokenizer:
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
        if mode == "tfidf":
            found = np.array([self.index_docs[number] for number in range(size)])
            rarity = np.log(1 + self.document_count / (1 + found))
            return np.where(matrix > 0, 1 + np.log(np.maximum(matrix, 1)), 0) * rarity
        if mode != "binary":
            raise ValueError(f"unknown mode: {mode}")
        return np.minimum(matrix, 1)


texts = ["good film", "bad film", "a good one"]
tokenizer = TorchTokenizer(num_words=20)
tokenizer.fit_on_texts(texts)
x = tokenizer.texts_to_matrix(texts, mode="tfidf")
# TODO(tf2torch) T2T103: `.texts_to_sequences_generator` is left as it is: the class that is emitted lacks it
rows = list(tokenizer.texts_to_sequences_generator(texts))
# TODO(tf2torch) T2T103: `Tokenizer` is left as it is: a Tokenizer that splits texts in a way of its own
lines = Tokenizer(split="\n")


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(20, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)  # logits: the loss applies the sigmoid


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


model = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(np.array([1, 0, 1]), dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
loss = train_epoch(model, train_loader, criterion, optimizer)
print(f"loss: {loss:.4f}")
