import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x = np.random.rand(60, 6)
y = np.random.randint(0, 3, 60)
numbers = np.random.rand(60, 1)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.kind = nn.Linear(6, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        return self.kind(x)


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
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
    return loss_sum / len(loader.dataset)


def classifier():
    return Classifier().to(device)


first = classifier()
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 18, of the same model
first.compile("sgd", "sparse_categorical_crossentropy")
# TODO(tf2torch) T2T101: `fit` is left as it is: sample_weight together with class_weight, which Keras 3 refuses
first.fit(x, y, class_weight={0: 2.0}, sample_weight=np.random.rand(60))


class Several(nn.Module):
    def __init__(self):
        super().__init__()
        self.kind = nn.Linear(6, 3)
        self.size = nn.Linear(6, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        kind = F.softmax(self.kind(inputs), dim=-1)
        size = self.size(inputs)
        return kind, size


several = Several()
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 25, of the same model
several.compile("sgd", ["sparse_categorical_crossentropy", "mse"])
# TODO(tf2torch) T2T101: `fit` is left as it is: class_weight for several outputs, or for steps of an output
several.fit(x, [y, numbers], class_weight={0: 2.0})


def train(model, criterion, optimizer, epochs=1, validation_split=0.0):
    split = int(len(x) * (1 - validation_split))
    train_data = TensorDataset(
        torch.as_tensor(x[:split], dtype=torch.float32),
        torch.as_tensor(y[:split], dtype=torch.long),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
    if validation_split:
        val_data = TensorDataset(
            torch.as_tensor(x[split:], dtype=torch.float32),
            torch.as_tensor(y[split:], dtype=torch.long),
        )
        val_loader = DataLoader(val_data, batch_size=32)

    # which callbacks there are, some calls leave open
    for epoch in range(2):
        for epoch_2 in range(epochs):
            loss = train_epoch(model, train_loader, criterion, optimizer)
            print(f"Epoch {epoch_2 + 1}/{epochs} - loss: {loss:.4f}")
            if validation_split:
                val_loss = evaluate(model, val_loader, criterion)
                print(f"val_loss: {val_loss:.4f}")


third = classifier()
third_criterion = nn.CrossEntropyLoss()
third_optimizer = torch.optim.SGD(third.parameters(), lr=0.01)
train(third, third_criterion, third_optimizer, epochs=2)
train(third, third_criterion, third_optimizer, validation_split=0.2)

fourth = classifier()
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 41, of the same model
fourth.compile("sgd", "sparse_categorical_crossentropy")
# TODO(tf2torch) T2T101: `fit` is left as it is: validation_data that is not a pair of arrays
fourth.fit(x, y, validation_data=(x, y, numbers, numbers))
