import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import LambdaCallback
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = np.random.rand(64, 4), np.random.rand(64, 1)


class A(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


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


a = A().to(device)
a_criterion = nn.MSELoss()
a_optimizer = torch.optim.Adam(a.parameters(), lr=0.01, eps=1e-7)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for epoch in range(2):
    loss = train_epoch(a, train_loader, a_criterion, a_optimizer)
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f}")

# the moments stay
a_criterion = nn.L1Loss()

for epoch in range(2):
    loss = train_epoch(a, train_loader, a_criterion, a_optimizer)
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f}")


class B(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


b = B()
# TODO(tf2torch) T2T103: `keras.optimizers.SGD` is left as it is: so is `compile` in line 17, which it is for
momentum = keras.optimizers.SGD(0.01, momentum=0.9)
for loss in ("mse", "mae"):
    # TODO(tf2torch) T2T101: `compile` is left as it is: an optimizer that goes on with what it knows from an earlier `compile`
    b.compile(momentum, "mse")
    b.fit(x, y, epochs=2)


class C(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


c = C()
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 23, of the same model
c.compile("sgd", "mse")
# TODO(tf2torch) T2T103: `LambdaCallback` is left as it is: so is `fit` in line 23, which it is for
saves = LambdaCallback(on_epoch_end=lambda epoch, logs: c.save_weights(f"{epoch}.weights.h5"))
# TODO(tf2torch) T2T101: `fit` is left as it is: keras.callbacks.LambdaCallback: a lambda that asks the model
c.fit(x, y, epochs=9, callbacks=[saves])


class D(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


d = D().to(device)
d_criterion = nn.MSELoss()
d_optimizer = torch.optim.SGD(d.parameters(), lr=0.01)

for epoch in range(2):
    train_loss = train_epoch(d, train_loader, d_criterion, d_optimizer)
    print(f"Epoch {epoch + 1}/2 - loss: {train_loss:.4f}")

for group in d_optimizer.param_groups:
    group["lr"] = 0.001

for epoch in range(2):
    train_loss = train_epoch(d, train_loader, d_criterion, d_optimizer)
    print(f"Epoch {epoch + 1}/2 - loss: {train_loss:.4f}")
