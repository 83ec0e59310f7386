import numpy as np
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

digits = load_digits()
images = digits.images[..., None] / 16.0
labels = digits.target


def make_pairs(images, labels, n, seed=0):
    rng = np.random.RandomState(seed)
    left, right, same = [], [], []
    for i in range(n):
        a = rng.randint(len(images))
        if i % 2 == 0:
            b = rng.choice(np.flatnonzero(labels == labels[a]))
        else:
            b = rng.choice(np.flatnonzero(labels != labels[a]))
        left.append(images[a])
        right.append(images[b])
        same.append(float(labels[a] == labels[b]))
    return np.array(left), np.array(right), np.array(same)


class Embedding(nn.Module):
    def __init__(self, input_shape):
        super().__init__()
        self.conv2d = nn.Conv2d(input_shape[-1], 8, 3)
        self.dense = nn.Linear(
            (input_shape[0] // 2 - 1) * (input_shape[1] // 2 - 1) * 8, 16
        )
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = F.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return F.relu(self.dense(x))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for input_a, input_b, targets in tqdm(loader):
        input_a = input_a.to(device)
        input_b = input_b.to(device)
        targets = targets.to(device)
        logits = model(input_a, input_b)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(targets)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for input_a, input_b, targets in loader:
        input_a = input_a.to(device)
        input_b = input_b.to(device)
        targets = targets.to(device)
        logits = model(input_a, input_b)
        loss_sum += criterion(logits, targets).item() * len(targets)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, input_a, input_b):
    """Probabilities as a numpy array."""
    model.eval()
    batches = DataLoader(
        TensorDataset(
            torch.as_tensor(input_a, dtype=torch.float32),
            torch.as_tensor(input_b, dtype=torch.float32),
        ),
        batch_size=32,
    )
    return torch.cat(
        [model(*(x.to(device) for x in batch)).sigmoid().cpu() for batch in batches]
    ).numpy()


def embedding_network(input_shape):
    return Embedding(input_shape)


embedding = embedding_network((8, 8, 1))


class Siamese(nn.Module):
    def __init__(self, embedding):
        super().__init__()
        self.embedding = embedding
        self.dense = nn.Linear(16, 1)
        self.dense.apply(init_like_keras)

    def forward(self, input_a, input_b):
        feat_a = self.embedding(input_a)
        feat_b = self.embedding(input_b)
        distance = (feat_a - feat_b).abs()
        return self.dense(distance)  # logits: the loss applies the sigmoid


siamese = Siamese(embedding).to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(siamese.parameters(), lr=0.05)

left, right, same = make_pairs(images, labels, 400)

# The last 25% are for validation
split = int(len(left) * 0.75)
train_data = TensorDataset(
    torch.as_tensor(left[:split], dtype=torch.float32),
    torch.as_tensor(right[:split], dtype=torch.float32),
    torch.as_tensor(same[:split], dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(left[split:], dtype=torch.float32),
    torch.as_tensor(right[split:], dtype=torch.float32),
    torch.as_tensor(same[split:], dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

hist = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
for epoch in range(3):
    loss, accuracy = train_epoch(siamese, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(siamese, val_loader, criterion)
    hist["loss"].append(loss)
    hist["accuracy"].append(accuracy)
    hist["val_loss"].append(val_loss)
    hist["val_accuracy"].append(val_accuracy)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

acc = hist["val_accuracy"][-1]
scores = predict(siamese, left[:10], right[:10])
