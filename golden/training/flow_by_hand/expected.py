import numpy as np
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class ImageArrays(Dataset):
    """Images of an array, each transformed, and their targets."""

    def __init__(self, images, targets, transform):
        self.images = torch.as_tensor(images, dtype=torch.float32)
        self.targets = torch.as_tensor(targets)
        self.transform = transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.transform(self.images[index]), self.targets[index]


class RandomMirror(nn.Module):
    """Mirrors images along an axis, half of the time."""

    def __init__(self, axis):
        super().__init__()
        self.axis = axis

    def forward(self, image):
        return image.flip(self.axis) if torch.rand(()) < 0.5 else image


def endless(loader):
    """The batches of a loader, pass after pass."""
    while True:
        yield from loader


x, y = load_digits(return_X_y=True)
x = x.reshape(-1, 8, 8, 1)[:200] / 16.0
y = np.eye(10)[y[:200]]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(1, 4, 3)
        self.dense = nn.Linear(144, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)  # logits: the loss applies the softmax


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_on_batch(model, x, y, criterion, optimizer):
    """Train on one batch; its loss and accuracy."""
    model.train()
    inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
    targets = torch.as_tensor(y, dtype=torch.float32).to(device)
    logits = model(inputs)
    loss = criterion(logits, targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    correct = (logits.argmax(1) == targets.argmax(1)).sum().item()
    return [loss.item(), correct / len(inputs)]


@torch.no_grad()
def test_on_batch(model, x, y, criterion):
    """The loss and accuracy of one batch."""
    model.eval()
    inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
    targets = torch.as_tensor(y, dtype=torch.float32).to(device)
    logits = model(inputs)
    loss = criterion(logits, targets)
    correct = (logits.argmax(1) == targets.argmax(1)).sum().item()
    return [loss.item(), correct / len(inputs)]


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

datagen = RandomMirror(1)
losses = []
for epoch in range(2):
    batches = 0
    for x_batch, y_batch in endless(DataLoader(ImageArrays(x, y, datagen), batch_size=32, shuffle=True)):
        loss, accuracy = train_on_batch(model, x_batch, y_batch, criterion, optimizer)
        losses.append(loss)
        batches += 1
        if batches >= len(x) / 32:
            # the generator goes on without end
            break
test_flow = DataLoader(ImageArrays(x, y, nn.Identity()), batch_size=64)
for step, (x_batch, y_batch) in enumerate(endless(test_flow)):
    if step == 5:
        break
    losses.append(test_on_batch(model, x_batch, y_batch, criterion)[0])
print(len(losses), losses[-1])
