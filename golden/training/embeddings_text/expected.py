import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm
import numpy as np

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def pad_sequences_after(sequences, maxlen, dtype="int32"):
    """Rows of `maxlen`: zeros after short ones, long ones without their start."""
    shape = np.shape(max(sequences, key=len, default=()))[1:]  # of each element
    rows = np.zeros((len(sequences), maxlen, *shape), dtype)
    for row, numbers in zip(rows, sequences):
        kept = numbers[-maxlen:]
        if len(kept):
            row[: len(kept)] = kept
    return rows


SENTENCES = [
    ("the film was great and i loved it", 1),
    ("a wonderful story with great actors", 1),
    ("what a waste of time", 0),
    ("the plot was boring and the acting bad", 0),
    ("i loved the music and the pictures", 1),
    ("bad story bad music bad film", 0),
    ("great fun for the whole family", 1),
    ("i was bored from start to end", 0),
] * 6
MAX_LEN = 10

vocabulary = {"<pad>": 0}
for text, _ in SENTENCES:
    for word in text.split():
        vocabulary.setdefault(word, len(vocabulary))
sequences = [[vocabulary[w] for w in text.split()] for text, _ in SENTENCES]
x = pad_sequences_after(sequences, MAX_LEN)
y = np.array([label for _, label in SENTENCES])
vocab_size = len(vocabulary)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 16)
        self.dropout = nn.Dropout(0.3)
        self.dense = nn.Linear(16, 16)
        self.dense_1 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x)
        x = x.mean(1)
        x = self.dropout(x)
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the sigmoid


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
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.long).split(32)
    return torch.cat(
        [model(batch.to(device)).sigmoid().cpu() for batch in batches]
    ).numpy()


model = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

# The last 25% are for validation
split = int(len(x) * 0.75)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.long),
    torch.as_tensor(y[:split], dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.long),
    torch.as_tensor(y[split:], dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=8, shuffle=True)
val_loader = DataLoader(val_data, batch_size=8)

history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
for epoch in range(3):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

losses = history["loss"]
print(predict(model, x[:2]))
