"""A regression on all GPUs, with callbacks and a model kept on disk."""

import atexit
import copy
import csv
import os

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

PER_REPLICA = 20

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def init_distributed():
    """Join the processes that torchrun has started, or be the only one."""
    backend = "gloo"
    if torch.cuda.is_available():
        backend = "nccl"
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", 0)))
    if "RANK" in os.environ:
        dist.init_process_group(backend)
    else:
        dist.init_process_group(backend, store=dist.HashStore(), rank=0, world_size=1)
    atexit.register(dist.destroy_process_group)


class Regressor(nn.Module):
    def __init__(self, width):
        super().__init__()
        features = 10
        self.denses = nn.ModuleList()
        for _ in range(2):
            self.denses.append(nn.Linear(features, width))
            features = width
        self.dense = nn.Linear(width, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = torch.tanh(dense(x))
        return self.dense(x)


def part_of_process(data):
    """The indices of the samples that this process evaluates."""
    return range(dist.get_rank(), len(data), dist.get_world_size())


def save_weights(model, path):
    """Save the weights once for all processes."""
    if dist.get_rank() == 0:
        torch.save(model.state_dict(), path)
    dist.barrier()


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def sum_over_processes(*values):
    """The sums of numbers over all processes."""
    sums = torch.tensor(values, dtype=torch.float64, device=device)
    dist.all_reduce(sums)
    return sums.tolist()


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and metrics over the samples."""
    model.train()
    loss_sum = squared_error = absolute_error = count = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        squared_error += (outputs - targets).square().mean().item() * len(inputs)
        absolute_error += (outputs - targets).abs().mean().item() * len(inputs)
        count += len(inputs)
    loss_sum, squared_error, absolute_error, count = sum_over_processes(
        loss_sum, squared_error, absolute_error, count
    )
    return loss_sum / count, (squared_error / count) ** 0.5, absolute_error / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and metrics over the samples."""
    model.eval()
    loss_sum = squared_error = absolute_error = count = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
        squared_error += (outputs - targets).square().mean().item() * len(inputs)
        absolute_error += (outputs - targets).abs().mean().item() * len(inputs)
        count += len(inputs)
    loss_sum, squared_error, absolute_error, count = sum_over_processes(
        loss_sum, squared_error, absolute_error, count
    )
    return loss_sum / count, (squared_error / count) ** 0.5, absolute_error / count


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def build_model(width):
    return Regressor(width).to(device)


def main(epochs=6):
    init_distributed()
    x, y = load_diabetes(return_X_y=True)
    x = StandardScaler().fit_transform(x)
    y = (y - y.mean()) / y.std()

    model = build_model(12)
    criterion = nn.MSELoss()
    ddp_model = DistributedDataParallel(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

    batch_size = PER_REPLICA * dist.get_world_size()

    # The last 20% are for validation
    split = int(len(x) * 0.8)
    train_data = TensorDataset(
        torch.as_tensor(x[:split], dtype=torch.float32),
        torch.as_tensor(y[:split], dtype=torch.float32).reshape(len(y[:split]), -1),
    )
    val_data = TensorDataset(
        torch.as_tensor(x[split:], dtype=torch.float32),
        torch.as_tensor(y[split:], dtype=torch.float32).reshape(len(y[split:]), -1),
    )
    train_sampler = DistributedSampler(train_data)
    train_loader = DataLoader(
        train_data,
        batch_size=batch_size // dist.get_world_size(),
        sampler=train_sampler,
    )
    val_loader = DataLoader(
        val_data,
        batch_size=batch_size // dist.get_world_size(),
        sampler=part_of_process(val_data),
    )

    history = {
        "loss": [],
        "rmse": [],
        "mae": [],
        "val_loss": [],
        "val_rmse": [],
        "val_mae": [],
    }
    if dist.get_rank() == 0:
        csv_file = open("training.csv", "w", newline="")
        csv_log = csv.writer(csv_file)
        csv_log.writerow(
            ["epoch", "loss", "mae", "rmse", "val_loss", "val_mae", "val_rmse"]
        )
    saved_loss = None
    best_loss, best_weights, wait = None, None, 0
    for epoch in range(epochs):
        train_sampler.set_epoch(epoch)
        loss, rmse, mae = train_epoch(ddp_model, train_loader, criterion, optimizer)
        val_loss, val_rmse, val_mae = evaluate(model, val_loader, criterion)
        history["loss"].append(loss)
        history["rmse"].append(rmse)
        history["mae"].append(mae)
        history["val_loss"].append(val_loss)
        history["val_rmse"].append(val_rmse)
        history["val_mae"].append(val_mae)
        if dist.get_rank() == 0:
            print(
                f"Epoch {epoch + 1}/{epochs} - loss: {loss:.4f} - rmse: {rmse:.4f}"
                f" - mae: {mae:.4f}"
                f" - val_loss: {val_loss:.4f} - val_rmse: {val_rmse:.4f}"
                f" - val_mae: {val_mae:.4f}"
            )
            csv_log.writerow([epoch, loss, mae, rmse, val_loss, val_mae, val_rmse])
            csv_file.flush()
        if saved_loss is None or val_loss < saved_loss:
            saved_loss = val_loss
            save_weights(model, "best.pt")
        # Stop early, and go back to the best weights
        if best_loss is None or val_loss < best_loss:
            best_loss, best_weights, wait = (
                val_loss,
                copy.deepcopy(model.state_dict()),
                0,
            )
        else:
            wait += 1
            if wait >= 2:
                break
    model.load_state_dict(best_weights)
    if dist.get_rank() == 0:
        csv_file.close()

    save_weights(model, "last.pt")
    test_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1),
    )
    scores = list(
        evaluate(
            model,
            DataLoader(test_data, batch_size=32, sampler=part_of_process(test_data)),
            criterion,
        )
    )
    return history["val_loss"], scores, predict(model, x[:5])


if __name__ == "__main__":
    losses, scores, predictions = main()
    print(losses, scores)
