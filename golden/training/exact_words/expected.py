"""Short texts of words by numbers: is the sum of them large?"""

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.RandomState(0)
x = rng.randint(0, 20, size=(64, 12))
y = (x.sum(1) > 110).astype("float32")


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 8)
        self.dense = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x)
        x = x.mean(1)
        return self.dense(x)  # logits: the loss applies the sigmoid


def with_squares(gradient):
    """A gradient and its squares: of an embedding, those of each id of a batch, added up."""
    if not gradient.is_sparse:
        return gradient, gradient**2
    ids, added = gradient._indices(), gradient._values()
    squares = torch.sparse_coo_tensor(ids, added**2, gradient.shape)
    return gradient.to_dense(), squares.to_dense()


class KerasSparseAdam(torch.optim.Optimizer):
    """Adds `eps` before the bias correction, and squares gradients id by id, as Keras does."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-7, weight_decay=0.0):
        defaults = dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["step"] = 0
                    state["mean"] = torch.zeros_like(p)
                    state["square"] = torch.zeros_like(p)
                state["step"] += 1
                gradient, squares = with_squares(p.grad)
                mean = state["mean"].lerp_(gradient, 1 - beta1)
                square = state["square"].lerp_(squares, 1 - beta2)
                rate = group["lr"] * (1 - beta2 ** state["step"]) ** 0.5
                rate /= 1 - beta1 ** state["step"]
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(rate * mean / (square.sqrt() + group["eps"]))


def sparse_parameters(model):
    """Its parameters; the gradient of an embedding keeps apart what each id of a batch adds."""
    for module in model.modules():
        if isinstance(module, nn.Embedding):
            module.sparse = True
    return model.parameters()


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


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
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


model = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = KerasSparseAdam(sparse_parameters(model), eps=1e-7)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.long),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=16)

history = {"loss": [], "accuracy": []}
for _ in range(3):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)

print(history["loss"])
