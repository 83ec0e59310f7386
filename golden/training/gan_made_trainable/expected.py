"""A GAN whose parts are made trainable in turn."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Generative(nn.Module):
    def __init__(self, noise_dim=10, units=20):
        super().__init__()
        self.dense = nn.Linear(noise_dim, units)
        self.dense_1 = nn.Linear(units, 5)
        self.apply(init_like_keras)

    def forward(self, g_input):
        H = F.relu(self.dense(g_input))
        return torch.tanh(self.dense_1(H))


def get_generative(noise_dim=10, units=20):
    return Generative(noise_dim, units).to(device)


class Discriminative(nn.Module):
    def __init__(self, n=5, units=10):
        super().__init__()
        self.dense = nn.Linear(n, units)
        self.dense_1 = nn.Linear(units, 2)
        self.apply(init_like_keras)

    def forward(self, d_input):
        return F.softmax(self.forward_logits(d_input), dim=-1)

    def forward_logits(self, d_input):
        """The scores before the softmax, for the loss."""
        H = self.dense(d_input)
        H = F.leaky_relu(H, 0.2)
        return self.dense_1(H)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_on_batch(model, x, y, criterion, optimizer):
    """Train on one batch; its loss."""
    model.train()
    inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
    targets = torch.as_tensor(y, dtype=torch.float32).to(device)
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


def get_discriminative(n=5, units=10):
    return Discriminative(n, units).to(device)


np.random.seed(0)
data = np.tanh(np.random.normal(size=(200, 5)))

# Build the generative and the discriminative model ...
generator = get_generative()
discriminator = get_discriminative()
discriminator_criterion = nn.CrossEntropyLoss()
discriminator_optimizer = torch.optim.SGD(discriminator.parameters(), lr=0.05)

# Freeze weights in the discriminator for stacked training


class GANModel(nn.Module):
    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator

    def forward(self, gan_input):
        return F.softmax(self.forward_logits(gan_input), dim=-1)

    def forward_logits(self, gan_input):
        """The scores before the softmax, for the loss."""
        # Build stacked GAN model
        H = self.generator(gan_input)
        return self.discriminator.forward_logits(H)


GAN = GANModel(generator, discriminator).to(device)
GAN_criterion = nn.CrossEntropyLoss()
GAN_optimizer = torch.optim.SGD(generator.parameters(), lr=0.05)
print(GAN)

# set up loss storage vector
losses = {"d": [], "g": []}


def train_for_n(nb_epoch=5000, BATCH_SIZE=32):
    for e in range(nb_epoch):
        # Make generative images
        image_batch = data[np.random.randint(0, data.shape[0], size=BATCH_SIZE), :]
        noise_gen = np.random.uniform(0, 1, size=[BATCH_SIZE, 10])
        generated_images = predict(generator, noise_gen)

        # Train discriminator on generated images
        X = np.concatenate((image_batch, generated_images))
        y = np.zeros([2 * BATCH_SIZE, 2])
        y[0:BATCH_SIZE, 1] = 1
        y[BATCH_SIZE:, 0] = 1

        d_loss = train_on_batch(
            discriminator, X, y, discriminator_criterion, discriminator_optimizer
        )
        losses["d"].append(d_loss)

        # train Generator-Discriminator stack on input noise to non-generated output class
        noise_tr = np.random.uniform(0, 1, size=[BATCH_SIZE, 10])
        y2 = np.zeros([BATCH_SIZE, 2])
        y2[:, 1] = 1

        g_loss = train_on_batch(GAN, noise_tr, y2, GAN_criterion, GAN_optimizer)
        losses["g"].append(g_loss)


train_for_n(nb_epoch=6, BATCH_SIZE=32)
