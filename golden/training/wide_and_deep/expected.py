import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

data = load_diabetes()
X_train_full, X_test, y_train_full, y_test = train_test_split(data.data, data.target / 100, random_state=42)
X_train, X_valid, y_train, y_valid = train_test_split(X_train_full, y_train_full, random_state=42)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_valid = scaler.transform(X_valid)
X_test = scaler.transform(X_test)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(6, 20)
        self.dense_1 = nn.Linear(20, 20)
        self.main_output = nn.Linear(25, 1)
        self.aux_output = nn.Linear(20, 1)
        self.apply(init_like_keras)

    def forward(self, input_A, input_B):
        hidden1 = F.relu(self.dense(input_B))
        hidden2 = F.relu(self.dense_1(hidden1))
        concat = torch.cat([input_A, hidden2], dim=-1)
        output = self.main_output(concat)
        aux_output = self.aux_output(hidden2)
        return output, aux_output


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, main_output_criterion, aux_output_criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = main_output_loss_sum = aux_output_loss_sum = 0.0
    for input_A, input_B, main_output_targets, aux_output_targets in tqdm(loader):
        input_A = input_A.to(device)
        input_B = input_B.to(device)
        main_output_targets = main_output_targets.to(device)
        aux_output_targets = aux_output_targets.to(device)
        main_output, aux_output = model(input_A, input_B)
        main_output_loss = main_output_criterion(main_output, main_output_targets)
        aux_output_loss = aux_output_criterion(aux_output, aux_output_targets)
        loss = 0.9 * main_output_loss + 0.1 * aux_output_loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(main_output_targets)
        main_output_loss_sum += main_output_loss.item()
        aux_output_loss_sum += aux_output_loss.item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        main_output_loss_sum / len(loader),
        aux_output_loss_sum / len(loader),
    )


@torch.no_grad()
def evaluate(model, loader, main_output_criterion, aux_output_criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = main_output_loss_sum = aux_output_loss_sum = 0.0
    for input_A, input_B, main_output_targets, aux_output_targets in loader:
        input_A = input_A.to(device)
        input_B = input_B.to(device)
        main_output_targets = main_output_targets.to(device)
        aux_output_targets = aux_output_targets.to(device)
        main_output, aux_output = model(input_A, input_B)
        main_output_loss = main_output_criterion(main_output, main_output_targets)
        aux_output_loss = aux_output_criterion(aux_output, aux_output_targets)
        loss = 0.9 * main_output_loss + 0.1 * aux_output_loss
        loss_sum += loss.item() * len(main_output_targets)
        main_output_loss_sum += main_output_loss.item()
        aux_output_loss_sum += aux_output_loss.item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        main_output_loss_sum / len(loader),
        aux_output_loss_sum / len(loader),
    )


@torch.no_grad()
def predict(model, input_A, input_B):
    """Outputs as numpy arrays."""
    model.eval()
    batches = DataLoader(
        TensorDataset(
            torch.as_tensor(input_A, dtype=torch.float32),
            torch.as_tensor(input_B, dtype=torch.float32),
        ),
        batch_size=32,
    )
    outputs = [model(*(x.to(device) for x in batch)) for batch in batches]
    return [torch.cat(parts).cpu().numpy() for parts in zip(*outputs)]


model = Model().to(device)

main_output_criterion = nn.MSELoss()
aux_output_criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
X_train_A, X_train_B = X_train[:, :5], X_train[:, 4:]
X_valid_A, X_valid_B = X_valid[:, :5], X_valid[:, 4:]
X_test_A, X_test_B = X_test[:, :5], X_test[:, 4:]
X_new_A, X_new_B = X_test_A[:3], X_test_B[:3]

train_data = TensorDataset(
    torch.as_tensor(X_train_A, dtype=torch.float32),
    torch.as_tensor(X_train_B, dtype=torch.float32),
    torch.as_tensor(y_train, dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(y_train, dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(X_valid_A, dtype=torch.float32),
    torch.as_tensor(X_valid_B, dtype=torch.float32),
    torch.as_tensor(y_valid, dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(y_valid, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

for epoch in range(3):
    loss, main_output_loss, aux_output_loss = train_epoch(
        model, train_loader, main_output_criterion, aux_output_criterion, optimizer
    )
    val_loss, val_main_output_loss, val_aux_output_loss = evaluate(
        model, val_loader, main_output_criterion, aux_output_criterion
    )
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f}"
        f" - main_output_loss: {main_output_loss:.4f}"
        f" - aux_output_loss: {aux_output_loss:.4f}"
        f" - val_loss: {val_loss:.4f}"
        f" - val_main_output_loss: {val_main_output_loss:.4f}"
        f" - val_aux_output_loss: {val_aux_output_loss:.4f}"
    )

test_data = TensorDataset(
    torch.as_tensor(X_test_A, dtype=torch.float32),
    torch.as_tensor(X_test_B, dtype=torch.float32),
    torch.as_tensor(y_test, dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(y_test, dtype=torch.float32).reshape(-1, 1),
)
total_loss, main_loss, aux_loss = evaluate(
    model,
    DataLoader(test_data, batch_size=32),
    main_output_criterion,
    aux_output_criterion,
)
y_pred_main, y_pred_aux = predict(model, X_new_A, X_new_B)
