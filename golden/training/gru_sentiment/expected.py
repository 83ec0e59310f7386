"""Bidirectional GRU on short token sequences."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(42)
VOCAB, LENGTH = 50, 12


def make_dataset(n):
    tokens = rng.integers(1, VOCAB, size=(n, LENGTH))
    labels = (tokens[:, :6].sum(axis=1) > tokens[:, 6:].sum(axis=1)).astype("int64")
    return tokens, labels


x_train, y_train = make_dataset(300)
x_val, y_val = make_dataset(60)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, 8)
        self.spatial_dropout1d = nn.Dropout1d(0.2)
        self.gru = nn.GRU(8, 6, batch_first=True, bidirectional=True)
        self.dense = nn.Linear(12, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x)
        x = x.transpose(1, 2)
        x = self.spatial_dropout1d(x)
        x, _ = self.gru(x.transpose(1, 2))
        x = x.amax(1)
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
        correct += (logits.argmax(1) == targets).sum().item()
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
        correct += (logits.argmax(1) == targets).sum().item()
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
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

train_data = TensorDataset(
    torch.as_tensor(x_train, dtype=torch.long),
    torch.as_tensor(y_train, dtype=torch.long).flatten(),
)
val_data = TensorDataset(
    torch.as_tensor(x_val, dtype=torch.long),
    torch.as_tensor(y_val, dtype=torch.long).flatten(),
)
train_loader = DataLoader(train_data, batch_size=50, shuffle=True)
val_loader = DataLoader(val_data, batch_size=50)

for epoch in range(3):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

loss, accuracy = evaluate(model, val_loader, criterion)
print(f"loss: {loss:.4f} - accuracy: {accuracy:.4f}")
labels = predict(model, x_val).argmax(axis=-1)
