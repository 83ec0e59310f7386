import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def cross_entropy_of_arrays(targets, logits):
    """Mean crossentropy of classes, by the scores before the softmax."""
    logits, targets = torch.as_tensor(logits), torch.as_tensor(targets)
    return F.cross_entropy(logits, targets.flatten().long()).item()


images, digits = load_digits(return_X_y=True)
images = images / 16.0
x_train, y_train = images[:1500], digits[:1500]
x_test, y_test = images[1500:], digits[1500:]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 32)
        self.dense_1 = nn.Linear(32, 10)
        self.apply(init_like_keras)

    def forward(self, x):
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
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x_train, dtype=torch.float32),
    torch.as_tensor(y_train, dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(2):
    train_epoch(model, train_loader, criterion, optimizer)

# One image
logits = predict(model, x_test[:1])
probabilities = torch.as_tensor(logits).softmax(-1).numpy()
loss = cross_entropy_of_arrays(y_test[:1], logits)
print(f"{100 * np.max(probabilities):.1f} % sure of {np.argmax(probabilities)}")

# All of them
predictions = predict(model, x_test)
labels = np.argmax(predictions, axis=1)
accuracy = np.mean(np.asarray(np.equal(labels, y_test), np.float32))
print("accuracy", accuracy, "wrong", np.nonzero(labels != y_test)[0][:5])

# How far the scores are off
one_hot = np.eye(10, dtype="float32")[y_test]
errors = np.mean(np.square(predictions - one_hot), axis=1)
worst = np.argmax(errors, axis=0)
print(worst, np.sqrt(errors.max()), np.argmax(one_hot, axis=1)[:5])
