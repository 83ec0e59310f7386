import numpy as np
from sklearn.datasets import load_diabetes
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_diabetes(return_X_y=True)
x, y = x[:120], y[:120].reshape(-1, 1) / 100


class Model(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.dense = nn.Linear(10, width)
        self.dense_1 = nn.Linear(width, 1)
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
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
    return loss_sum / len(loader.dataset)


def build_model(width):
    return Model(width).to(device)


teacher = build_model(16)
teacher_criterion = nn.MSELoss()
teacher_optimizer = torch.optim.SGD(teacher.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
)
train_loader = DataLoader(train_data, batch_size=30, shuffle=True)

for _ in range(2):
    train_epoch(teacher, train_loader, teacher_criterion, teacher_optimizer)

student = build_model(4)
student_criterion = nn.MSELoss()
student_optimizer = torch.optim.SGD(student.parameters(), lr=0.01)
for epoch in range(2):
    # the student learns what the teacher says
    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(predict(teacher, x), dtype=torch.float32).reshape(-1, 1),
    )
    train_loader = DataLoader(train_data, batch_size=30, shuffle=True)
    train_epoch(student, train_loader, student_criterion, student_optimizer)
    apart = np.abs(predict(student, x) - predict(teacher, x)).mean()
    print(epoch, apart)
both = np.mean([predict(teacher, x), predict(student, x)], axis=0)
if both.shape == y.shape:
    test_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
    )
    gap = max(
        evaluate(teacher, DataLoader(test_data, batch_size=32), teacher_criterion),
        evaluate(student, DataLoader(test_data, batch_size=32), student_criterion),
    )
    print(gap)
