import torch
from torch import nn
from torch.nn import functional as F
import numpy as np
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

images = load_digits().data / 8.0 - 1.0


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 32)
        self.batch_normalization = BiasedBatchNorm1d(32, eps=1e-3, momentum=0.01)
        self.dense_1 = nn.Linear(32, 64)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        x = self.batch_normalization(x)
        x = F.leaky_relu(x, 0.2)
        return torch.tanh(self.dense_1(x))


class BiasedBatchNorm1d(nn.BatchNorm1d):
    """Keeps the variance of the batch itself; torch's is n / (n - 1) times as large."""

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        with torch.no_grad():
            var, mean = torch.var_mean(x, [0, *range(2, x.dim())], correction=0)
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(var, self.momentum)
        # unlike that of nn.functional, it takes a batch of one sample
        return torch.batch_norm(
            x, self.weight, self.bias, None, None, True, 0, self.eps, False
        )


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_on_batch(model, x, y, criterion, optimizer):
    """Train on one batch; its loss and accuracy."""
    model.train()
    inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
    targets = torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1).to(device)
    logits = model.forward_logits(inputs)
    loss = criterion(logits, targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    correct = ((logits > 0) == targets).sum().item()
    return [loss.item(), correct / len(inputs)]


def train_gan_on_batch(model, x, y, criterion, optimizer):
    """Train on one batch; its loss."""
    model.train()
    for layer in model.discriminator.modules():
        if isinstance(layer, nn.BatchNorm1d):
            layer.eval()  # it is not trainable
    inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
    targets = torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1).to(device)
    logits = model.forward_logits(inputs)
    loss = criterion(logits, targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


generator = Generator().to(device)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 32)
        self.batch_normalization = BiasedBatchNorm1d(32, eps=1e-3, momentum=0.01)
        self.dropout = nn.Dropout(0.3)
        self.dense_1 = nn.Linear(32, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return torch.sigmoid(self.forward_logits(x))

    def forward_logits(self, x):
        """The scores before the sigmoid, for the loss."""
        x = self.dense(x)
        x = self.batch_normalization(x)
        x = self.dropout(x)
        x = F.leaky_relu(x, 0.2)
        return self.dense_1(x)


discriminator = Discriminator().to(device)
discriminator_criterion = nn.BCEWithLogitsLoss()
discriminator_optimizer = torch.optim.SGD(discriminator.parameters(), lr=0.1)


class GAN(nn.Module):
    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator

    def forward(self, z):
        return torch.sigmoid(self.forward_logits(z))

    def forward_logits(self, z):
        """The scores before the sigmoid, for the loss."""
        return self.discriminator.forward_logits(self.generator(z))


gan = GAN(generator, discriminator).to(device)
gan_criterion = nn.BCEWithLogitsLoss()
gan_optimizer = torch.optim.SGD(generator.parameters(), lr=0.1)

rng = np.random.default_rng(0)
losses = []
for step in range(20):
    noise = rng.normal(size=(32, 8))
    real = images[rng.integers(0, len(images), 32)]
    fake = predict(generator, noise)
    x = np.concatenate([real, fake])
    y = np.concatenate([np.ones((32, 1)), np.zeros((32, 1))])
    d_loss, d_acc = train_on_batch(
        discriminator, x, y, discriminator_criterion, discriminator_optimizer
    )
    g_loss = train_gan_on_batch(
        gan, rng.normal(size=(64, 8)), np.ones((64, 1)), gan_criterion, gan_optimizer
    )
    losses.append([d_loss, d_acc, g_loss])
losses = np.array(losses)
