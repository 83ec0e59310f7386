from types import SimpleNamespace

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Digits:
    """Batches of digits."""

    def __init__(self, batch_size):
        images, labels = load_digits(return_X_y=True)
        self.images, self.labels = images / 16.0, labels
        self.batch_size = batch_size

    def batches(self, first, last, training=False):
        images, labels = self.images[first:last], self.labels[first:last]
        dataset = TensorDataset(torch.tensor(images), torch.tensor(labels))
        return DataLoader(dataset, batch_size=self.batch_size, shuffle=training)


class ExperimentModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(64, config["hidden"])
        self.dense_1 = nn.Linear(config["hidden"], 10)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.long).flatten()
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.long).flatten()
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


class Experiment:
    def __init__(self, config):
        self.config = config
        self.digits = Digits(config["batch_size"])
        self.model = ExperimentModel(config).to(device)
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01)

    def run(self):
        train = self.digits.batches(0, 1000, training=True)
        val = self.digits.batches(1000, 1200)

        history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
        for _ in range(self.config["epochs"]):
            loss, accuracy = train_epoch(
                self.model, train, self.criterion, self.optimizer
            )
            val_loss, val_accuracy = evaluate(self.model, val, self.criterion)
            history["loss"].append(loss)
            history["accuracy"].append(accuracy)
            history["val_loss"].append(val_loss)
            history["val_accuracy"].append(val_accuracy)
        return SimpleNamespace(history=history, epoch=list(range(len(history["loss"]))))

    def test(self):
        loss, accuracy = evaluate(
            self.model, self.digits.batches(1200, 1797), self.criterion
        )
        return {"loss": loss, "accuracy": accuracy}


experiment = Experiment({"batch_size": 32, "hidden": 16, "epochs": 2})
history = experiment.run()
result = experiment.test()
print(history.history["val_accuracy"], result)
