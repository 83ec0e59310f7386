import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

WORDS = 60
MAXLEN = 12

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def pad_sequences_after_cut_end(sequences, maxlen, dtype="int32"):
    """Rows of `maxlen`: zeros after short ones, long ones without their end."""
    shape = np.shape(max(sequences, key=len, default=()))[1:]  # of each element
    rows = np.zeros((len(sequences), maxlen, *shape), dtype)
    for row, numbers in zip(rows, sequences):
        kept = numbers[:maxlen]
        if len(kept):
            row[: len(kept)] = kept
    return rows


# every topic has favourite words
rng = np.random.default_rng(7)
topics = rng.integers(0, 3, size=90)
texts = [(rng.integers(1, 20, size=rng.integers(3, 20)) + 20 * topic).tolist() for topic in topics]

x = pad_sequences_after_cut_end(texts, MAXLEN)
y = np.eye(3, dtype="float32")[topics]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(WORDS, 8)
        self.dense = nn.Linear(8, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x)
        x = x.mean(1)
        return self.dense(x)  # logits: the loss applies the softmax


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
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
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
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Class probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.long).split(32)
    return torch.cat(
        [model(batch.to(device)).softmax(1).cpu() for batch in batches]
    ).numpy()


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.long), torch.as_tensor(y, dtype=torch.float32)
)
val_data = TensorDataset(
    torch.as_tensor(x[:30], dtype=torch.long),
    torch.as_tensor(y[:30], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=15, shuffle=True)
val_loader = DataLoader(val_data, batch_size=15)

history = {"loss": [], "acc": [], "val_loss": [], "val_acc": []}
for _ in range(4):
    loss, acc = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_acc = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["acc"].append(acc)
    history["val_loss"].append(val_loss)
    history["val_acc"].append(val_acc)

print(history["val_acc"])

more = pad_sequences_after_cut_end([[3, 4, 5], [41, 42, 43, 44]], MAXLEN)
print(np.argmax(predict(model, more), axis=1))
