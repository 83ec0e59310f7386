"""Functions that get parts of the training, and do more with them."""

from functools import partial

import numpy as np
from tensorflow import keras
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm
from tensorflow.keras.callbacks import EarlyStopping

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x = np.random.random((64, 4))
y = np.random.random(64)


class Build(nn.Module):
    def __init__(self, units):
        super().__init__()
        self.dense = nn.Linear(4, units)
        self.dense_1 = nn.Linear(units, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        return self.dense_1(x)


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
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


def build(units):
    return Build(units).to(device)


def shows(model, optimizer):
    print(optimizer)
    # TODO(tf2torch) T2T101: `compile` is left as it is: `shows` does more with `optimizer` than to train with it
    model.compile(optimizer=optimizer, loss="mse")
    model.fit(x, y, epochs=3)


def extends(model, callbacks=None):
    callbacks = callbacks or []
    print(len(callbacks))
    # TODO(tf2torch) T2T101: `compile` is left as it is: `extends` does more with `callbacks` than to train with it
    model.compile(optimizer="sgd", loss="mse")
    model.fit(x, y, epochs=3, callbacks=callbacks + [EarlyStopping("loss")])


def trains_twice(model, optimizer):
    criterion = nn.MSELoss()
    optim = optimizer(model.parameters())

    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

    for epoch in range(3):
        loss = train_epoch(model, train_loader, criterion, optim)
        print(f"Epoch {epoch + 1}/3 - loss: {loss:.4f}")


def stops(model, patience, callbacks):
    # TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 36, of the same model
    model.compile(optimizer="sgd", loss="mse")
    # TODO(tf2torch) T2T101: `fit` is left as it is: `callbacks` is an object of Keras that the function gets, which is not followed
    model.fit(x, y, epochs=3, callbacks=callbacks)


# TODO(tf2torch) T2T103: `EarlyStopping` is left as it is
def main(patience):
    last = build(6)
    stops(last, 1, [EarlyStopping("loss", patience=patience)])


first = build(2)
# TODO(tf2torch) T2T103: `keras.optimizers.SGD` is left as it is
shows(first, keras.optimizers.SGD(0.1))
second = build(3)
# TODO(tf2torch) T2T103: `EarlyStopping` is left as it is
extends(second, [EarlyStopping("loss")])
third = build(4)
trains_twice(third, partial(torch.optim.SGD, lr=0.1))
trains_twice(third, partial(torch.optim.SGD, lr=0.2))
main(3)
