import numpy as np
from sklearn.datasets import load_diabetes
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

X, y = load_diabetes(return_X_y=True)
X, y = X * 10, y.reshape(-1, 1) / 100
X_train, y_train = X[:300], y[:300]
X_val, y_val = X[300:370], y[300:370]
X_test, y_test = X[370:], y[370:]


class Teacher(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 16)
        self.dense_1 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = torch.tanh(self.dense(x))
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


teacher = Teacher().to(device)
teacher_criterion = nn.MSELoss()
teacher_optimizer = torch.optim.SGD(teacher.parameters(), lr=0.01)


class Student(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


student = Student().to(device)
student_criterion = nn.L1Loss()
student_optimizer = torch.optim.SGD(student.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(X_train, dtype=torch.float32),
    torch.as_tensor(y_train, dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(3):
    train_epoch(teacher, train_loader, teacher_criterion, teacher_optimizer)

# The student learns what the teacher says
train_data = TensorDataset(
    torch.as_tensor(X_train, dtype=torch.float32),
    torch.as_tensor(predict(teacher, X_train), dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(2):
    train_epoch(student, train_loader, student_criterion, student_optimizer)

train_data = TensorDataset(
    torch.as_tensor(X_train, dtype=torch.float32),
    torch.as_tensor(y_train, dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(2):
    train_epoch(teacher, train_loader, teacher_criterion, teacher_optimizer)

train_data = TensorDataset(
    torch.as_tensor(X_train, dtype=torch.float32),
    torch.as_tensor(predict(teacher, X_train), dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(2):
    train_epoch(student, train_loader, student_criterion, student_optimizer)

test_data = TensorDataset(
    torch.as_tensor(X_val, dtype=torch.float32),
    torch.as_tensor(y_val, dtype=torch.float32),
)
test_data_2 = TensorDataset(
    torch.as_tensor(X_test, dtype=torch.float32),
    torch.as_tensor(y_test, dtype=torch.float32),
)
print(
    "teacher:",
    evaluate(teacher, DataLoader(test_data, batch_size=32), teacher_criterion),
    evaluate(teacher, DataLoader(test_data_2, batch_size=32), teacher_criterion),
)
print(
    "student:",
    evaluate(student, DataLoader(test_data, batch_size=32), student_criterion),
    evaluate(student, DataLoader(test_data_2, batch_size=32), student_criterion),
)
test_data = TensorDataset(
    torch.as_tensor(X_test, dtype=torch.float32),
    torch.as_tensor(y_test, dtype=torch.float32),
)
gap = (
    evaluate(teacher, DataLoader(test_data, batch_size=32), teacher_criterion)
    - evaluate(student, DataLoader(test_data, batch_size=32), student_criterion)
)
together = (predict(teacher, X_test) + predict(student, X_test)) / 2
error = np.abs(together - y_test).mean()

for i in range(2):
    test_data = TensorDataset(
        torch.as_tensor(X_val, dtype=torch.float32),
        torch.as_tensor(y_val, dtype=torch.float32),
    )
    before = evaluate(student, DataLoader(test_data, batch_size=32), student_criterion)
    train_data = TensorDataset(
        torch.as_tensor(X_test, dtype=torch.float32),
        torch.as_tensor(y_test, dtype=torch.float32),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
    train_epoch(student, train_loader, student_criterion, student_optimizer)
    after = evaluate(student, DataLoader(train_data, batch_size=32), student_criterion)
    np.random.RandomState(i).shuffle(X_test)
    test_data = TensorDataset(
        torch.as_tensor(X_test, dtype=torch.float32),
        torch.as_tensor(y_test, dtype=torch.float32),
    )
    print(
        before,
        after,
        evaluate(student, DataLoader(test_data, batch_size=32), student_criterion),
    )
