import numpy as np
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def to_categorical(labels, num_classes=None):
    """Each label as a row of zeros with a one; by default as long as the largest label asks for."""
    labels = np.asarray(labels, dtype="int64")
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    num_classes = labels.max() + 1 if num_classes is None else num_classes
    return np.eye(num_classes, dtype="float32")[labels]


class DataGenerator(Dataset):
    "Generates data for Keras"

    def __init__(self, list_IDs, labels, batch_size=32, n_classes=10, shuffle=False):
        "Initialization"
        self.batch_size = batch_size
        self.labels = labels
        self.list_IDs = list_IDs
        self.n_classes = n_classes
        self.shuffle = shuffle

    def __len__(self):
        "Denotes the number of batches per epoch"
        return int(np.floor(len(self.list_IDs) / self.batch_size))

    def __getitem__(self, index):
        "Generate one batch of data"
        ids = self.list_IDs[index * self.batch_size : (index + 1) * self.batch_size]
        X, y = self.__data_generation(ids)
        return X, y

    def __data_generation(self, ids):
        "Generates data containing batch_size samples"
        X = np.empty((len(ids), 64))
        y = np.empty((len(ids)), dtype=int)
        for i, ID in enumerate(ids):
            # Store sample and class
            X[i] = images[ID] / 16
            y[i] = self.labels[ID]
        return X, to_categorical(y, self.n_classes)


images, target = load_digits(return_X_y=True)
ids = list(range(500))
training_generator = DataGenerator(ids[:400], target, batch_size=40)
validation_generator = DataGenerator(ids[400:], target)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 20)
        self.dense_1 = nn.Linear(20, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the softmax


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, batches, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for x, y in tqdm(batches):
        inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
        targets = torch.as_tensor(y, dtype=torch.float32).to(device)
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
def evaluate(model, batches, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = count = 0.0
    for x, y in batches:
        inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
        targets = torch.as_tensor(y, dtype=torch.float32).to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_loader = DataLoader(training_generator, batch_size=None, shuffle=True)
val_loader = DataLoader(validation_generator, batch_size=None)

history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
for epoch in range(3):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

print(history["val_accuracy"])
