import numpy as np
from sklearn.datasets import load_wine
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

NUM_CLASSES = 3

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

wine = load_wine()
features = (wine.data - wine.data.mean(0)) / wine.data.std(0)
labels = np.eye(NUM_CLASSES, dtype="float32")[wine.target]
order = np.random.default_rng(1).permutation(len(features))
features, labels = features[order], labels[order]


class Wine(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = with_init(nn.Linear(13, 32), weight=he_normal_)
        self.dropout = nn.Dropout()
        self.dense_1 = nn.Linear(32, 32)
        self.dense_2 = nn.Linear(32, NUM_CLASSES)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = self.dropout(x)
        x = F.relu(self.dense_1(x))
        return self.dense_2(x)  # logits: the loss applies the softmax


def he_normal_(weight):
    """He normal, cut off at two standard deviations as in Keras."""
    std = (2 / weight[0].numel()) ** 0.5 / 0.87962566103423978
    return nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)


def with_init(module, **inits):
    """Start these weights of a layer in their own way, the others as Keras does."""
    init_like_keras(module)
    for name, init in inits.items():
        weight = getattr(module, name, None)  # there may be none, or a fixed one
        if isinstance(weight, nn.Parameter) or name.startswith("running"):
            init(weight)
    module.initialized = True
    return module


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if hasattr(module, "initialized"):
        return
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def penalty(model):
    """What the regularizers add to the loss."""
    return 0.001 * (
        model.dense.weight.square().sum() + model.dense_1.weight.square().sum()
    )


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets) + penalty(model)
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
        loss_sum += (criterion(logits, targets) + penalty(model)).item() * len(inputs)
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


model = Wine().to(device)

# of the training data
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

# The last 20% are for validation
split = int(len(features) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(features[:split], dtype=torch.float32),
    torch.as_tensor(labels[:split], dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(features[split:], dtype=torch.float32),
    torch.as_tensor(labels[split:], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=16, shuffle=True)
val_loader = DataLoader(val_data, batch_size=16)

history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
for epoch in range(5):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)
    print(
        f"Epoch {epoch + 1}/5 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

print(np.mean(history["loss"]))
