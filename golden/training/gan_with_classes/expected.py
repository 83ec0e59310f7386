"""A GAN that is told which digit to draw, and whose discriminator says which one it sees."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

CLASSES, LATENT, BATCH = 10, 6, 32

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Generator(nn.Module):
    def __init__(self, latent_size):
        super().__init__()
        self.embedding = nn.Embedding(CLASSES, latent_size)
        self.dense = nn.Linear(latent_size, 32)
        self.dense_1 = nn.Linear(32, 64)
        self.apply(init_like_keras)

    def forward(self, latent, image_class):
        cls = self.embedding(image_class).flatten(1)
        h = latent * cls
        h = F.relu(self.dense(h))
        return torch.tanh(self.dense_1(h))


def build_generator(latent_size):
    return Generator(latent_size).to(device)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 32)
        self.generation = nn.Linear(32, 1)
        self.auxiliary = nn.Linear(32, CLASSES)
        self.apply(init_like_keras)

    def forward(self, image):
        generation, auxiliary = self.forward_logits(image)
        return torch.sigmoid(generation), F.softmax(auxiliary, dim=-1)

    def forward_logits(self, image):
        """The outputs before the sigmoid and the softmax, for the loss."""
        features = F.relu(self.dense(image))
        fake = self.generation(features)
        aux = self.auxiliary(features)
        return fake, aux


def binary_crossentropy(probabilities, targets):
    """Crossentropy of probabilities, clipped as Keras clips them."""
    return F.binary_cross_entropy(probabilities.clamp(1e-7, 1 - 1e-7), targets)


def sparse_categorical_crossentropy(probabilities, targets):
    """Crossentropy of probabilities, clipped as Keras clips them, with classes as targets."""
    probabilities = probabilities.clamp(1e-7, 1 - 1e-7)
    probabilities = probabilities / probabilities.sum(-1, keepdim=True)
    return -probabilities.gather(-1, targets.unsqueeze(-1)).log().mean()


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


def train_on_batch(
    model,
    x,
    generation_targets,
    auxiliary_targets,
    generation_criterion,
    auxiliary_criterion,
    optimizer,
):
    """Train on one batch; its loss."""
    model.train()
    inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
    generation_targets = (
        torch.as_tensor(generation_targets, dtype=torch.float32)
        .reshape(-1, 1)
        .to(device)
    )
    auxiliary_targets = (
        torch.as_tensor(auxiliary_targets, dtype=torch.long).flatten().to(device)
    )
    generation, auxiliary = model.forward_logits(inputs)
    generation_loss = generation_criterion(generation, generation_targets)
    auxiliary_loss = auxiliary_criterion(auxiliary, auxiliary_targets)
    loss = generation_loss + auxiliary_loss
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return [loss.item(), generation_loss.item(), auxiliary_loss.item()]


@torch.no_grad()
def evaluate(model, loader, generation_criterion, auxiliary_criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = generation_loss_sum = auxiliary_loss_sum = 0.0
    for inputs, generation_targets, auxiliary_targets in loader:
        inputs = inputs.to(device)
        generation_targets = generation_targets.to(device)
        auxiliary_targets = auxiliary_targets.to(device)
        generation, auxiliary = model.forward_logits(inputs)
        generation_loss = generation_criterion(generation, generation_targets)
        auxiliary_loss = auxiliary_criterion(auxiliary, auxiliary_targets)
        loss = generation_loss + auxiliary_loss
        loss_sum += loss.item() * len(inputs)
        generation_loss_sum += generation_loss.item() * len(inputs)
        auxiliary_loss_sum += auxiliary_loss.item() * len(inputs)
    count = len(loader.dataset)
    return loss_sum / count, generation_loss_sum / count, auxiliary_loss_sum / count


@torch.no_grad()
def predict(model, latent, image_class):
    """Outputs as a numpy array."""
    model.eval()
    batches = DataLoader(
        TensorDataset(
            torch.as_tensor(latent, dtype=torch.float32),
            torch.as_tensor(image_class, dtype=torch.long).reshape(-1, 1),
        ),
        batch_size=32,
    )
    return torch.cat(
        [model(*(x.to(device) for x in batch)).cpu() for batch in batches]
    ).numpy()


def train_combined_on_batch(
    model,
    latent,
    image_class,
    output_1_targets,
    output_2_targets,
    output_1_criterion,
    output_2_criterion,
    optimizer,
):
    """Train on one batch; its loss."""
    model.train()
    latent = torch.as_tensor(latent, dtype=torch.float32).to(device)
    image_class = (
        torch.as_tensor(image_class, dtype=torch.long).reshape(-1, 1).to(device)
    )
    output_1_targets = (
        torch.as_tensor(output_1_targets, dtype=torch.float32).reshape(-1, 1).to(device)
    )
    output_2_targets = (
        torch.as_tensor(output_2_targets, dtype=torch.long).flatten().to(device)
    )
    output_1, output_2 = model(latent, image_class)
    output_1_loss = output_1_criterion(output_1, output_1_targets)
    output_2_loss = output_2_criterion(output_2, output_2_targets)
    loss = output_1_loss + output_2_loss
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return [loss.item(), output_1_loss.item(), output_2_loss.item()]


def build_discriminator():
    return Discriminator().to(device)


losses = ["binary_crossentropy", "sparse_categorical_crossentropy"]
discriminator = build_discriminator()
generation_discriminator_criterion = nn.BCEWithLogitsLoss()
auxiliary_discriminator_criterion = nn.CrossEntropyLoss()
discriminator_optimizer = torch.optim.SGD(discriminator.parameters(), lr=0.0625)
generator = build_generator(LATENT)


class Combined(nn.Module):
    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator

    def forward(self, latent, image_class):
        fake, aux = self.discriminator(self.generator(latent, image_class))
        return fake, aux


combined = Combined(generator, discriminator).to(device)
combined_optimizer = torch.optim.SGD(generator.parameters(), lr=0.0625)

digits = load_digits()
images, labels = digits.data / 8.0 - 1.0, digits.target
rng = np.random.RandomState(0)
d_losses, g_losses = [], []
for step in range(6):
    noise = rng.uniform(-1, 1, (BATCH, LATENT))
    batch = slice(step * BATCH, (step + 1) * BATCH)
    sampled = rng.randint(0, CLASSES, BATCH)
    generated = predict(generator, noise, sampled.reshape((-1, 1)))
    x = np.concatenate((images[batch], generated))
    y = np.array([1] * BATCH + [0] * BATCH)
    aux_y = np.concatenate((labels[batch], sampled), axis=0)
    d_losses.append(
        train_on_batch(
            discriminator,
            x,
            y,
            aux_y,
            generation_discriminator_criterion,
            auxiliary_discriminator_criterion,
            discriminator_optimizer,
        )
    )
    trick = np.ones(BATCH)
    g_losses.append(
        train_combined_on_batch(
            combined,
            noise,
            sampled.reshape((-1, 1)),
            trick,
            sampled,
            binary_crossentropy,
            sparse_categorical_crossentropy,
            combined_optimizer,
        )
    )

shown = predict(generator, noise, sampled.reshape(-1, 1))
grid = np.concatenate([row.reshape(-1, 8) for row in np.split(shown, 4)], axis=-1)
test_data = TensorDataset(
    torch.as_tensor(np.concatenate((images[:32], shown)), dtype=torch.float32),
    torch.as_tensor(np.zeros(64), dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(aux_y, dtype=torch.long).flatten(),
)
scores = list(
    evaluate(
        discriminator,
        DataLoader(test_data, batch_size=32),
        generation_discriminator_criterion,
        auxiliary_discriminator_criterion,
    )
)
print(np.mean(d_losses, axis=0), np.mean(g_losses, axis=0), scores, grid.std())
