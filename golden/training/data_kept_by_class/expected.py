from itertools import islice

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset
from tqdm import tqdm
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class MappedDataset(Dataset):
    """The samples of a dataset as a function changes them."""

    def __init__(self, dataset, function):
        self.dataset = dataset
        self.function = function

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        return self.function(*self.dataset[index])


class Digits:
    """Batches of digits."""

    def __init__(self, images, labels, noisy=False):
        self.images = images
        self.labels = labels
        self.noisy = noisy
        self.scale = 16.0

    def parse(self, image, label):
        """Scale one image."""
        image = image.float() / self.scale
        if self.noisy:
            image = image.clamp(0.1, 0.9)
        return image, label

    @staticmethod
    def encode(image, label):
        # one output for each digit
        return image, F.one_hot(label.long(), 10).float()

    def load(self, start, stop, training=True):
        ds = TensorDataset(
            torch.tensor(self.images[start:stop]), torch.tensor(self.labels[start:stop])
        )
        ds = MappedDataset(MappedDataset(ds, self.parse), self.encode)
        return DataLoader(ds, batch_size=50, shuffle=training)


class TrainerModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 16)
        self.dense_1 = nn.Linear(16, 10)
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
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


@torch.no_grad()
def evaluate_model(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32)
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


class Trainer:
    def __init__(self, images, labels, noisy):
        digits = Digits(images, labels, noisy)
        self.train_ds = digits.load(0, 400)
        self.val_ds = digits.load(400, 500, training=False)
        self.test_x, self.test_ds = self.test_data(images, labels)
        self.model = self.build()
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01)

    def test_data(self, x, y):
        x, y = (x[500:600] / 16.0).astype("float32"), np.eye(10)[y[500:600]]
        return x, DataLoader(
            TensorDataset(torch.tensor(x), torch.tensor(y)), batch_size=50
        )

    def build(self):
        return TrainerModel().to(device)

    def train(self, epochs):
        for epoch in range(epochs):
            loss, accuracy = train_epoch(
                self.model, self.train_ds, self.criterion, self.optimizer
            )
            val_loss, val_accuracy = evaluate(self.model, self.val_ds, self.criterion)
            print(
                f"Epoch {epoch + 1}/{epochs} - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
                f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
            )

        for images, labels in islice(self.test_ds, 1):
            print(images.shape, labels.shape)
        return list(evaluate_model(self.model, self.test_ds, self.criterion))


x, y = load_digits(return_X_y=True)
scores = []
for noisy in (False, True):
    trainer = Trainer(x, y, noisy)
    scores.append(trainer.train(2))
print(np.array(scores))
first = next(iter(trainer.val_ds))[0].numpy()
