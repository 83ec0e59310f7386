import numpy as np
from sklearn.datasets import load_diabetes
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

data, progression = load_diabetes(return_X_y=True)
body, blood = data[:, :4], data[:, 4:]
level = (progression - progression.mean()) / progression.std()
high = (progression > 200).astype("float32")


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 8)
        self.dense_1 = nn.Linear(14, 8)
        self.amount = nn.Linear(8, 1)
        self.chance = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, body_input, blood_input):
        amount, chance = self.forward_logits(body_input, blood_input)
        return amount, torch.sigmoid(chance)

    def forward_logits(self, body_input, blood_input):
        """The outputs before the sigmoid, for the loss."""
        x = torch.cat([torch.tanh(self.dense(body_input)), blood_input], dim=-1)
        x = torch.tanh(self.dense_1(x))
        amount = self.amount(x)
        chance = self.chance(x)
        return amount, chance


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, amount_criterion, chance_criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = amount_loss_sum = chance_loss_sum = 0.0
    for body_input, blood_input, amount_targets, chance_targets in tqdm(loader):
        body_input = body_input.to(device)
        blood_input = blood_input.to(device)
        amount_targets = amount_targets.to(device)
        chance_targets = chance_targets.to(device)
        amount, chance = model.forward_logits(body_input, blood_input)
        amount_loss = amount_criterion(amount, amount_targets)
        chance_loss = chance_criterion(chance, chance_targets)
        loss = amount_loss + 0.5 * chance_loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(amount_targets)
        amount_loss_sum += amount_loss.item()
        chance_loss_sum += chance_loss.item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        amount_loss_sum / len(loader),
        chance_loss_sum / len(loader),
    )


@torch.no_grad()
def evaluate(model, loader, amount_criterion, chance_criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = amount_loss_sum = chance_loss_sum = 0.0
    for body_input, blood_input, amount_targets, chance_targets in loader:
        body_input = body_input.to(device)
        blood_input = blood_input.to(device)
        amount_targets = amount_targets.to(device)
        chance_targets = chance_targets.to(device)
        amount, chance = model.forward_logits(body_input, blood_input)
        amount_loss = amount_criterion(amount, amount_targets)
        chance_loss = chance_criterion(chance, chance_targets)
        loss = amount_loss + 0.5 * chance_loss
        loss_sum += loss.item() * len(amount_targets)
        amount_loss_sum += amount_loss.item()
        chance_loss_sum += chance_loss.item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        amount_loss_sum / len(loader),
        chance_loss_sum / len(loader),
    )


@torch.no_grad()
def predict(model, body_input, blood_input):
    """Outputs as numpy arrays."""
    model.eval()
    batches = DataLoader(
        TensorDataset(
            torch.as_tensor(body_input, dtype=torch.float32),
            torch.as_tensor(blood_input, dtype=torch.float32),
        ),
        batch_size=32,
    )
    outputs = [model(*(x.to(device) for x in batch)) for batch in batches]
    return [torch.cat(parts).cpu().numpy() for parts in zip(*outputs)]


model = Model().to(device)

amount_criterion = nn.MSELoss()
chance_criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
# inputs by their names

# The last 20% are for validation
split = int(len(body) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(body[:split], dtype=torch.float32),
    torch.as_tensor(blood[:split], dtype=torch.float32),
    torch.as_tensor(level[:split], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(high[:split], dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(body[split:], dtype=torch.float32),
    torch.as_tensor(blood[split:], dtype=torch.float32),
    torch.as_tensor(level[split:], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(high[split:], dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=50, shuffle=True)
val_loader = DataLoader(val_data, batch_size=50)

history = {
    "loss": [],
    "amount_loss": [],
    "chance_loss": [],
    "val_loss": [],
    "val_amount_loss": [],
    "val_chance_loss": [],
}
for epoch in range(3):
    loss, amount_loss, chance_loss = train_epoch(
        model, train_loader, amount_criterion, chance_criterion, optimizer
    )
    val_loss, val_amount_loss, val_chance_loss = evaluate(
        model, val_loader, amount_criterion, chance_criterion
    )
    history["loss"].append(loss)
    history["amount_loss"].append(amount_loss)
    history["chance_loss"].append(chance_loss)
    history["val_loss"].append(val_loss)
    history["val_amount_loss"].append(val_amount_loss)
    history["val_chance_loss"].append(val_chance_loss)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - amount_loss: {amount_loss:.4f}"
        f" - chance_loss: {chance_loss:.4f}"
        f" - val_loss: {val_loss:.4f} - val_amount_loss: {val_amount_loss:.4f}"
        f" - val_chance_loss: {val_chance_loss:.4f}"
    )

print(min(history["val_loss"]))
test_data = TensorDataset(
    torch.as_tensor(body, dtype=torch.float32),
    torch.as_tensor(blood, dtype=torch.float32),
    torch.as_tensor(level, dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(high, dtype=torch.float32).reshape(-1, 1),
)
total, *parts = evaluate(
    model, DataLoader(test_data, batch_size=32), amount_criterion, chance_criterion
)
amounts, chances = predict(model, body[:5], blood[:5])
print(np.round(amounts, 2), np.round(chances, 2))
