import numpy as np
import torch
from torch import nn
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

    def sequences_to_texts(self, sequences):
        texts = []
        for numbers in sequences:
            known = self.known(n if n in self.index_word else None for n in numbers)
            texts.append(" ".join(self.index_word[number] for number in known))
        return texts


def pad_sequences_after_cut_end(sequences, maxlen, dtype="int32"):
    """Rows of `maxlen`: zeros after short ones, long ones without their end."""
    shape = np.shape(max(sequences, key=len, default=()))[1:]  # of each element
    rows = np.zeros((len(sequences), maxlen, *shape), dtype)
    for row, numbers in zip(rows, sequences):
        kept = numbers[:maxlen]
        if len(kept):
            row[: len(kept)] = kept
    return rows


sentences = [
    "I love my dog",
    "I love my cat, really!",
    "You love my dog!\tAlways",
    "Do you think my dog is amazing?",
    "the cat  sat on the mat\x0b here",
]
labels = np.array([1, 1, 1, 0, 0], "float32")
tokenizer = Tokenizer(num_words=12, oov_token="<OOV>")
tokenizer.fit_on_texts(sentences)
word_index = tokenizer.word_index
sequences = tokenizer.texts_to_sequences(sentences + ["a new dog"])
padded = pad_sequences_after_cut_end(sequences, 6)
back = tokenizer.sequences_to_texts(sequences)
same = [len(text.split(" ")) for text in back]
plain = Tokenizer()
plain.fit_on_texts(sentences)
others = plain.texts_to_sequences(["the new dog", "mat"])
first = [len(row) for row in others]
vocab_size = len(word_index) + 1
numbers = list(word_index.values())


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 4)
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x)
        x = x.mean(1)
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


model = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(padded[:5], dtype=torch.long),
    torch.as_tensor(labels, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(2):
    train_epoch(model, train_loader, criterion, optimizer)
