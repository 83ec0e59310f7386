"""A sparse autoencoder: few of its codes are active at once."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

ENCODING_DIM = 16  # codes for each image

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(0)
x_train = rng.random((256, 64)).astype("float32")
x_test = rng.random((64, 64)).astype("float32")


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        # Add an L1 activity regularizer
        self.dense = nn.Linear(64, ENCODING_DIM)
        self.dense_1 = nn.Linear(ENCODING_DIM, 64)
        self.apply(init_like_keras)

    def forward(self, input_img):
        return self.forward_with_penalty(input_img)[0]

    def forward_with_penalty(self, input_img):
        """The outputs, and what activity regularizers add to the loss."""
        encoded = F.relu(self.dense(input_img))
        activity_penalty = 2**-14 * encoded.abs().sum() / len(encoded)
        # logits: the loss applies the sigmoid
        return self.dense_1(encoded), activity_penalty


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits, activity_penalty = model.forward_with_penalty(inputs)
        loss = criterion(logits, targets) + activity_penalty
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits, activity_penalty = model.forward_with_penalty(inputs)
        loss_sum += (criterion(logits, targets) + activity_penalty).item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


autoencoder = Autoencoder().to(device)


class Encoder(nn.Module):
    def __init__(self, autoencoder):
        super().__init__()
        self.dense = autoencoder.dense

    def forward(self, input_img):
        return F.relu(self.dense(input_img))


encoder = Encoder(autoencoder).to(device)

criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(autoencoder.parameters(), lr=0.5)

train_data = TensorDataset(
    torch.as_tensor(x_train, dtype=torch.float32),
    torch.as_tensor(x_train, dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(x_test, dtype=torch.float32),
    torch.as_tensor(x_test, dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_loader = DataLoader(val_data, batch_size=64)

history = {"loss": [], "val_loss": []}
for epoch in range(4):
    loss = train_epoch(autoencoder, train_loader, criterion, optimizer)
    val_loss = evaluate(autoencoder, val_loader, criterion)
    history["loss"].append(loss)
    history["val_loss"].append(val_loss)
    print(f"Epoch {epoch + 1}/4 - loss: {loss:.4f} - val_loss: {val_loss:.4f}")

codes = predict(encoder, x_test)
print("mean activity:", codes.mean())
print("final loss:", history["loss"][-1])
