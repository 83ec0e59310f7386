import numpy as np
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F

LATENT = 8

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
images = load_digits().data / 8.0 - 1.0


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(LATENT, 32)
        self.dense_1 = nn.Linear(32, 64)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        x = F.leaky_relu(x, 0.2)
        return torch.tanh(self.dense_1(x))


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
        self.dropout = nn.Dropout(0.3)
        self.dense_1 = nn.Linear(32, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return torch.sigmoid(self.forward_logits(x))

    def forward_logits(self, x):
        """The scores before the sigmoid, for the loss."""
        x = self.dense(x)
        x = F.leaky_relu(x, 0.2)
        x = self.dropout(x)
        return self.dense_1(x)


discriminator = Discriminator().to(device)
discriminator_criterion = nn.BCEWithLogitsLoss()
discriminator_optimizer = torch.optim.SGD(discriminator.parameters(), lr=0.0625)

# the combined model trains the generator only


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
gan_optimizer = torch.optim.SGD(generator.parameters(), lr=0.0625)

rng = np.random.RandomState(0)
batch_size = 32
valid = np.ones((batch_size, 1))
fake = np.zeros((batch_size, 1))
d_losses, g_losses = [], []
for step in range(30):
    idx = rng.randint(0, len(images), batch_size)
    noise = rng.normal(0, 1, (batch_size, LATENT))
    gen_imgs = predict(generator, noise)

    # train the discriminator on real and on generated images
    d_loss_real = train_on_batch(
        discriminator,
        images[idx],
        valid,
        discriminator_criterion,
        discriminator_optimizer,
    )
    d_loss_fake = train_on_batch(
        discriminator, gen_imgs, fake, discriminator_criterion, discriminator_optimizer
    )
    d_loss = 0.5 * np.add(d_loss_real, d_loss_fake)

    # train the generator
    noise = rng.normal(0, 1, (batch_size, LATENT))
    g_loss = train_gan_on_batch(gan, noise, valid, gan_criterion, gan_optimizer)
    d_losses.append(d_loss[0])
    g_losses.append(g_loss)
    print("%d [D loss: %f, acc.: %.2f%%] [G loss: %f]" % (step, d_loss[0], 100 * d_loss[1], g_loss))
