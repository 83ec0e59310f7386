"""A regression whose learning rate rises and falls as in the Transformer paper."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_diabetes(return_X_y=True)
x = StandardScaler().fit_transform(x)
y = (y - y.mean()) / y.std()


class CustomSchedule:
    """Rises linearly for some steps, then falls with their root."""

    def __init__(self, d_model, warmup_steps=40):
        super().__init__()

        self.d_model = d_model
        self.d_model = torch.as_tensor(self.d_model, dtype=torch.float32)
        self.warmup_steps = warmup_steps

    def __call__(self, step):
        step = torch.as_tensor(step, dtype=torch.float32)
        arg1 = torch.rsqrt(step)
        arg2 = step * (self.warmup_steps**-1.5)  # the first steps

        return torch.rsqrt(self.d_model) * min(arg1, arg2)


learning_rate = CustomSchedule(4)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 16)
        self.dense_1 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer, scheduler):
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
        scheduler.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


model = Model().to(device)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda step: float(learning_rate(torch.tensor(step)))
)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

history = {"loss": []}
for epoch in range(5):
    loss = train_epoch(model, train_loader, criterion, optimizer, scheduler)
    history["loss"].append(loss)
    print(f"Epoch {epoch + 1}/5 - loss: {loss:.4f}")

losses = history["loss"]
