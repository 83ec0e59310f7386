"""An autoencoder of two models, whose codes are sparse and whose weights are small."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(0)
images = rng.random((200, 8, 8)).astype("float32")


class Encoder(nn.Module):
    def __init__(self, rate, depth=2):
        super().__init__()
        self.rate = rate
        features = 64
        self.denses = nn.ModuleList()
        for _ in range(depth):
            self.denses.append(nn.Linear(features, 32))
            features = 32
        self.dense = nn.Linear(features, 12)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.forward_with_penalty(x)[0]

    def forward_with_penalty(self, x):
        """The outputs, and what activity regularizers add to the loss."""
        x = x.flatten(1)
        for dense in self.denses:
            x = F.selu(dense(x))
        x = torch.sigmoid(self.dense(x))
        activity_penalty = self.rate * x.abs().sum() / len(x)
        activity_penalty += self.rate / 2 * x.square().sum() / len(x)
        return x, activity_penalty


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(12, 32)
        self.dense_1 = nn.Linear(32, 64)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.selu(self.dense(x))
        x = self.dense_1(x)
        return x.reshape(-1, 8, 8)


class Build(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, inputs):
        return self.forward_with_penalty(inputs)[0]

    def forward_with_penalty(self, inputs):
        """The outputs, and what activity regularizers add to the loss."""
        x, activity_penalty = self.encoder.forward_with_penalty(inputs)
        return self.decoder(x), activity_penalty


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def penalty(model):
    """What the regularizers add to the loss."""
    return 0.01 * model.decoder.dense.weight.square().sum()


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        outputs, activity_penalty = model.forward_with_penalty(inputs)
        loss = criterion(outputs, targets) + activity_penalty + penalty(model)
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
        outputs, activity_penalty = model.forward_with_penalty(inputs)
        loss_sum += (
            criterion(outputs, targets) + activity_penalty + penalty(model)
        ).item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def build(rate, depth=2):
    """The encoder, and the autoencoder that it is part of."""
    # the codes should be near zero
    encoder = Encoder(rate, depth).to(device)
    decoder = Decoder()
    return encoder, Build(encoder, decoder).to(device)


encoder, autoencoder = build(2**-10)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(autoencoder.parameters(), lr=0.5)

# The last 10% are for validation
split = int(len(images) * 0.9)
train_data = TensorDataset(
    torch.as_tensor(images[:split], dtype=torch.float32),
    torch.as_tensor(images[:split], dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(images[split:], dtype=torch.float32),
    torch.as_tensor(images[split:], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

for epoch in range(3):
    loss = train_epoch(autoencoder, train_loader, criterion, optimizer)
    val_loss = evaluate(autoencoder, val_loader, criterion)
    print(f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - val_loss: {val_loss:.4f}")

test_data = TensorDataset(
    torch.as_tensor(images, dtype=torch.float32),
    torch.as_tensor(images, dtype=torch.float32),
)
score = evaluate(autoencoder, DataLoader(test_data, batch_size=32), criterion)
codes = predict(encoder, images)
