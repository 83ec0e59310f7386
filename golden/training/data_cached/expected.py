import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset
from tqdm import tqdm
import numpy as np
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


class MappedStream(IterableDataset):
    """What an iterable gives, as a function changes it."""

    def __init__(self, iterable, function):
        self.iterable = iterable
        self.function = function

    def __len__(self):
        return len(self.iterable)

    def __iter__(self):
        return (self.function(*item) for item in self.iterable)


x, y = load_digits(return_X_y=True)
images = x.reshape((-1, 8, 8, 1)).astype("float32")
NUM_CLASSES = 10


class Config:
    batch = 32


def normalize_img(image, label):
    """Normalizes images: `uint8` -> `float32`."""
    return image.float() / 16.0, label


def one_hot(image, label):
    return image, F.one_hot(label.long(), NUM_CLASSES).float()


def get_dataset(images, labels, batch_size=Config.batch, is_training=True, repeat=None):
    dataset = TensorDataset(torch.tensor(images), torch.tensor(labels))
    dataset = MappedDataset(dataset, normalize_img)
    if is_training:
        dataset = DataLoader(
            dataset, batch_size=batch_size, shuffle=True, drop_last=True
        )
    else:
        dataset = DataLoader(dataset, batch_size=batch_size)
    dataset = MappedStream(dataset, one_hot)
    return dataset


ds_train = get_dataset(images[:1400], y[:1400])
ds_val = get_dataset(images[1400:], y[1400:], is_training=False)
steps = len(ds_train)
print(steps, ds_train)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 16)
        self.dense_1 = nn.Linear(16, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.flatten(1)
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the softmax


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
        logits = model(inputs)
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
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


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
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(2):
    loss, accuracy = train_epoch(model, ds_train, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, ds_val, criterion)
    print(
        f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

correct = 0
for xb, yb in ds_val:
    p = predict(model, xb)
    correct += (p.argmax(1) == yb.numpy().argmax(1)).sum()
