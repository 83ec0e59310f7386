import numpy as np
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_digits(return_X_y=True)
x = x / 16.0
x_train, y_train = x[:1500], y[:1500]
x_test, y_test = x[1500:], y[1500:]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 32)
        self.dense_1 = nn.Linear(32, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the softmax


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_on_batch(model, x, y, criterion, optimizer):
    """Train on one batch; its loss and accuracy."""
    model.train()
    inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
    targets = torch.as_tensor(y, dtype=torch.long).flatten().to(device)
    logits = model(inputs)
    loss = criterion(logits, targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    correct = (logits.argmax(1) == targets).sum().item()
    return [loss.item(), correct / len(inputs)]


@torch.no_grad()
def test_on_batch(model, x, y, criterion):
    """The loss and accuracy of one batch."""
    model.eval()
    inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
    targets = torch.as_tensor(y, dtype=torch.long).flatten().to(device)
    logits = model(inputs)
    loss = criterion(logits, targets)
    correct = (logits.argmax(1) == targets).sum().item()
    return [loss.item(), correct / len(inputs)]


@torch.no_grad()
def predict(model, x):
    """Class probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat(
        [model(batch.to(device)).softmax(1).cpu() for batch in batches]
    ).numpy()


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

batch_size = 50
history = []
for epoch in range(2):
    for i in range(0, len(x_train), batch_size):
        loss, acc = train_on_batch(
            model,
            x_train[i:i + batch_size],
            y_train[i:i + batch_size],
            criterion,
            optimizer,
        )
        history.append(loss)
    val = test_on_batch(model, x_test, y_test, criterion)
    print("epoch %d: loss %.4f acc %.4f, val %s" % (epoch, loss, acc, val))
logs = dict(zip(["loss", "accuracy"], test_on_batch(model, x_test, y_test, criterion)))
print(logs["accuracy"])
p = predict(model, x_test[:5])
print(p.argmax(axis=1))
