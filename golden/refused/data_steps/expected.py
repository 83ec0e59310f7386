from itertools import islice

import tensorflow as tf
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset
from tqdm import tqdm

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


class SlicedStream(IterableDataset):
    """What an iterable gives from the place `start` to `stop`."""

    def __init__(self, iterable, start, stop=None):
        self.iterable = iterable
        self.start = start
        self.stop = stop

    def __iter__(self):
        return islice(self.iterable, self.start, self.stop)

    def __len__(self):
        size = len(self.iterable)
        stop = size if self.stop is None else min(self.stop, size)
        return max(stop - self.start, 0)


x, y = load_digits(return_X_y=True)


# TODO(tf2torch) T2T104: `flip` is left as it is: tf.image.random_jpeg_quality has no translation
def flip(image, label):
    return tf.image.random_jpeg_quality(image, 75, 95), label


# TODO(tf2torch) T2T103: `tf.data.TFRecordDataset` is left as it is: torch reads no records of TensorFlow: write them as files once
files = tf.data.TFRecordDataset("images.tfrecords")
dataset = TensorDataset(torch.tensor(x.reshape(-1, 8, 8, 1)), torch.tensor(y))
train_ds = SlicedStream(DataLoader(dataset, batch_size=None, shuffle=True), 0, 1500)  # other samples each time
# TODO(tf2torch) T2T103: `map` is left as it is: `flip`: tf.image.random_jpeg_quality has no translation
flipped = dataset.map(flip).batch(32)
# TODO(tf2torch) T2T103: `apply` is left as it is: there is no rule for it
halves = dataset.apply(lambda data: data.take(900)).batch(32)
for _ in range(2):
    dataset = MappedDataset(dataset, lambda image, label: (image / 2.0, label))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.flatten(1)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = count = 0.0
    for inputs, targets in tqdm(loader):
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.long)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        count += len(inputs)
    return loss_sum / count


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_loader = DataLoader(train_ds, batch_size=32)

for epoch in range(2):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f}")
