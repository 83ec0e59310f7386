import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset
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


x = np.random.RandomState(0).rand(40, 6, 6, 3)
y = np.arange(40) % 2


def flat(image, label):
    image = image.reshape(-1)
    return image, label.float()


def stats(image, label):
    image = (image - image.mean()) / image.std(correction=0)
    return image, label


ds = DataLoader(
    MappedDataset(
        MappedDataset(TensorDataset(torch.tensor(x), torch.tensor(y)), stats), flat
    ),
    batch_size=8,
)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(108, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)  # logits: the loss applies the sigmoid


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
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device).reshape(-1, 1)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


m = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(m.parameters(), lr=0.01)

for epoch in range(2):
    loss, accuracy = train_epoch(m, ds, criterion, optimizer)
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - accuracy: {accuracy:.4f}")
