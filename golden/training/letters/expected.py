import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

LENGTH = 5
text = "the quick brown Fox jumps over the lazy dog"

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Tokenizer:
    """Numbers for words: the more often a word is seen, the smaller its number."""

    def __init__(
        self,
        num_words=None,
        oov_token=None,
        filters='!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n',
        lower=True,
        char_level=False,
    ):
        self.num_words = num_words
        self.oov_token = oov_token
        self.spaces = str.maketrans(dict.fromkeys(filters, " "))
        self.lower = lower
        self.char_level = char_level
        self.word_counts = {}
        self.word_index = {}
        self.index_word = {}

    def split(self, text):
        if isinstance(text, list):
            return [word.lower() for word in text] if self.lower else text
        text = text.lower() if self.lower else text
        if self.char_level:
            return list(text)
        return [word for word in text.translate(self.spaces).split(" ") if word]

    def fit_on_texts(self, texts):
        for text in texts:
            words = self.split(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
        words = sorted(self.word_counts, key=self.word_counts.get, reverse=True)
        if self.oov_token is not None:
            words.insert(0, self.oov_token)
        self.word_index = {word: number for number, word in enumerate(words, 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}

    def texts_to_sequences(self, texts):
        texts = map(self.split, texts)
        return [self.known(map(self.word_index.get, words)) for words in texts]

    def known(self, numbers):
        other = self.word_index.get(self.oov_token)
        limit = self.num_words or float("inf")
        kept = [n if n is not None and n < limit else other for n in numbers]
        return [number for number in kept if number is not None]


def to_categorical(labels, num_classes=None):
    """Each label as a row of zeros with a one; by default as long as the largest label asks for."""
    labels = np.asarray(labels, dtype="int64")
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    num_classes = labels.max() + 1 if num_classes is None else num_classes
    return np.eye(num_classes, dtype="float32")[labels]


# a window of letters, and the letter behind it
tokenizer = Tokenizer(lower=False, char_level=True)
tokenizer.fit_on_texts([text])
numbers = tokenizer.texts_to_sequences([text])[0]
vocab_size = len(tokenizer.word_index) + 1
windows = []
following = []
for start in range(len(numbers) - LENGTH):
    windows.append(numbers[start : start + LENGTH])
    following.append(numbers[start + LENGTH])
x = np.array(windows)
y = to_categorical(following, vocab_size)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 6)
        self.gru = nn.GRU(6, 8, batch_first=True)
        self.dense = nn.Linear(8, vocab_size)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x)
        x, _ = self.gru(x)
        x = x[:, -1]
        return self.dense(x)  # logits: the loss applies the softmax


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
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets.view_as(logits))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.long), torch.as_tensor(y, dtype=torch.float32)
)
train_loader = DataLoader(train_data, batch_size=16, shuffle=True)

for _ in range(2):
    train_epoch(model, train_loader, criterion, optimizer)
