"""A GAN that learns a parabola."""

from numpy import hstack, ones, zeros
from numpy.random import rand, randn, seed
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Discriminator(nn.Module):
    def __init__(self, n_inputs=2):
        super().__init__()
        self.dense = with_init(
            nn.Linear(n_inputs, 25),
            weight=lambda w: nn.init.kaiming_uniform_(w, nonlinearity="relu"),
        )
        self.dense_1 = nn.Linear(25, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return torch.sigmoid(self.forward_logits(x))

    def forward_logits(self, x):
        """The scores before the sigmoid, for the loss."""
        x = F.relu(self.dense(x))
        return self.dense_1(x)


# define the standalone discriminator model
def define_discriminator(n_inputs=2):
    return Discriminator(n_inputs).to(device)


class Generator(nn.Module):
    def __init__(self, latent_dim, n_outputs=2):
        super().__init__()
        self.dense = with_init(
            nn.Linear(latent_dim, 15),
            weight=lambda w: nn.init.kaiming_uniform_(w, nonlinearity="relu"),
        )
        self.dense_1 = nn.Linear(15, n_outputs)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


# define the standalone generator model
def define_generator(latent_dim, n_outputs=2):
    return Generator(latent_dim, n_outputs).to(device)


class GANModel(nn.Module):
    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator

    def forward(self, x):
        return torch.sigmoid(self.forward_logits(x))

    def forward_logits(self, x):
        """The scores before the sigmoid, for the loss."""
        # make weights in the discriminator not trainable
        # connect them
        # add generator
        x = self.generator(x)
        # add the discriminator
        return self.discriminator.forward_logits(x)


def with_init(module, **inits):
    """Start these weights of a layer in their own way, the others as Keras does."""
    init_like_keras(module)
    for name, init in inits.items():
        weight = getattr(module, name, None)  # there may be none, or a fixed one
        if isinstance(weight, nn.Parameter) or name.startswith("running"):
            init(weight)
    module.initialized = True
    return module


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if hasattr(module, "initialized"):
        return
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


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def train_gan_model_on_batch(model, x, y, criterion, optimizer):
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


# define the combined generator and discriminator model, for updating the generator
def define_gan(generator, discriminator):
    model = GANModel(generator, discriminator).to(device)
    # compile model
    return model


# generate n real samples with class labels
def generate_real_samples(n):
    # generate inputs in [-0.5, 0.5]
    X1 = rand(n) - 0.5
    # generate outputs X^2
    X2 = X1 * X1
    # stack arrays
    X1 = X1.reshape(n, 1)
    X2 = X2.reshape(n, 1)
    X = hstack((X1, X2))
    # generate class labels
    y = ones((n, 1))
    return X, y


# generate points in latent space as input for the generator
def generate_latent_points(latent_dim, n):
    # generate points in the latent space
    x_input = randn(latent_dim * n)
    # reshape into a batch of inputs for the network
    x_input = x_input.reshape(n, latent_dim)
    return x_input


# use the generator to generate n fake examples, with class labels
def generate_fake_samples(generator, latent_dim, n):
    # generate points in latent space
    x_input = generate_latent_points(latent_dim, n)
    # predict outputs
    X = predict(generator, x_input)
    # create class labels
    y = zeros((n, 1))
    return X, y


# evaluate the discriminator and plot real and fake points
def summarize_performance(epoch, generator, discriminator, latent_dim, n=100):
    # prepare real samples
    x_real, y_real = generate_real_samples(n)
    # evaluate discriminator on real examples
    test_data = TensorDataset(
        torch.as_tensor(x_real, dtype=torch.float32),
        torch.as_tensor(y_real, dtype=torch.float32).reshape(-1, 1),
    )
    _, acc_real = evaluate(
        discriminator, DataLoader(test_data, batch_size=32), nn.BCEWithLogitsLoss()
    )
    # prepare fake examples
    x_fake, y_fake = generate_fake_samples(generator, latent_dim, n)
    # evaluate discriminator on fake examples
    test_data = TensorDataset(
        torch.as_tensor(x_fake, dtype=torch.float32),
        torch.as_tensor(y_fake, dtype=torch.float32).reshape(-1, 1),
    )
    _, acc_fake = evaluate(
        discriminator, DataLoader(test_data, batch_size=32), nn.BCEWithLogitsLoss()
    )
    # summarize discriminator performance
    print(epoch, acc_real, acc_fake)
    return acc_real, acc_fake


# train the generator and discriminator
def train(
    g_model,
    d_model,
    d_model_criterion,
    d_model_optimizer,
    gan_model,
    gan_model_criterion,
    gan_model_optimizer,
    latent_dim,
    n_epochs=12,
    n_batch=32,
    n_eval=4,
):
    # determine half the size of one batch, for updating the discriminator
    half_batch = int(n_batch / 2)
    accuracies = list()
    # manually enumerate epochs
    for i in range(n_epochs):
        # prepare real samples
        x_real, y_real = generate_real_samples(half_batch)
        # prepare fake examples
        x_fake, y_fake = generate_fake_samples(g_model, latent_dim, half_batch)
        # update discriminator
        train_on_batch(d_model, x_real, y_real, d_model_criterion, d_model_optimizer)
        train_on_batch(d_model, x_fake, y_fake, d_model_criterion, d_model_optimizer)
        # prepare points in latent space as input for the generator
        x_gan = generate_latent_points(latent_dim, n_batch)
        # create inverted labels for the fake samples
        y_gan = ones((n_batch, 1))
        # update the generator via the discriminator's error
        train_gan_model_on_batch(
            gan_model, x_gan, y_gan, gan_model_criterion, gan_model_optimizer
        )
        # evaluate the model every n_eval epochs
        if (i + 1) % n_eval == 0:
            accuracies.append(summarize_performance(i, g_model, d_model, latent_dim))
    return accuracies


seed(1)
# size of the latent space
latent_dim = 5
# create the discriminator
discriminator = define_discriminator()
# compile model
discriminator_criterion = nn.BCEWithLogitsLoss()
discriminator_optimizer = torch.optim.SGD(discriminator.parameters(), lr=0.0625)
# create the generator
generator = define_generator(latent_dim)
# create the gan
gan_model = define_gan(generator, discriminator)
# compile model
gan_model_criterion = nn.BCEWithLogitsLoss()
gan_model_optimizer = torch.optim.SGD(generator.parameters(), lr=0.0625)
# train model
accuracies = train(
    generator,
    discriminator,
    discriminator_criterion,
    discriminator_optimizer,
    gan_model,
    gan_model_criterion,
    gan_model_optimizer,
    latent_dim,
)
