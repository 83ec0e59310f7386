"""A Wasserstein GAN, whose critic has its weights clipped."""

import torch
from torch import nn
from torch.nn import functional as F
import numpy as np
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Combined(nn.Module):
    def __init__(self, generator, critic):
        super().__init__()
        self.generator = generator

        self.critic = critic

    def forward(self, z):
        # The generator takes noise as input and generated imgs
        img = self.generator(z)

        # For the combined model we will only train the generator
        # The critic takes generated images as input and determines validity
        return self.critic(img)


class Generator(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.dense = nn.Linear(latent_dim, 8 * 4 * 4)
        self.conv2d = nn.Conv2d(8, 4, 4, padding="same")
        self.batch_normalization = nn.BatchNorm2d(4, eps=1e-3, momentum=0.2)
        self.conv2d_1 = nn.Conv2d(4, 1, 4, padding="same")
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = x.reshape(-1, 4, 4, 8)
        x = x.permute(0, 3, 1, 2)
        x = F.interpolate(x, scale_factor=2)
        x = self.conv2d(x)
        x = self.batch_normalization(x)
        x = F.relu(x)
        x = self.conv2d_1(x)
        x = torch.tanh(x)
        return x.permute(0, 2, 3, 1)


class GeneratorModel(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, noise):
        return self.model(noise)


class Critic(nn.Module):
    def __init__(self, img_shape):
        super().__init__()
        self.conv2d = Conv2dSame(img_shape[-1], 4, 3, stride=2)
        self.dropout = nn.Dropout(0.25)
        self.conv2d_1 = Conv2dSame(4, 8, 3, stride=2)
        self.batch_normalization = nn.BatchNorm2d(8, eps=1e-3, momentum=0.2)
        self.dropout_1 = nn.Dropout(0.25)
        self.dense = nn.Linear(
            (-(-img_shape[0] // 4) + 1) * (-(-img_shape[1] // 4) + 1) * 8, 1
        )
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        x = F.leaky_relu(x, 0.25)
        x = self.dropout(x)
        x = self.conv2d_1(x)
        x = F.pad(x, (0, 1, 0, 1))
        x = self.batch_normalization(x)
        x = F.leaky_relu(x, 0.25)
        x = self.dropout_1(x)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)


class CriticModel(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, img):
        return self.model(img)


def same_padding(x, kernel_size, stride):
    """What TensorFlow's "same" pads, for F.pad: the odd cell goes to the far side."""
    padding = []
    for size, k, s in zip(x.shape[2:], kernel_size, stride):
        total = max(k - (size % s or s), 0)
        padding = [total // 2, total - total // 2, *padding]
    return padding


class Conv2dSame(nn.Conv2d):
    """Pads as TensorFlow's "same" does, whatever the size of the input."""

    def forward(self, x):
        padding = same_padding(x, self.kernel_size, self.stride)
        if padding[::2] != padding[1::2]:
            return super().forward(F.pad(x, padding))
        pad = padding[::-2]  # alike on both sides: the convolution pads without a copy
        return F.conv2d(x, self.weight, self.bias, self.stride, pad, groups=self.groups)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_on_batch(model, x, y, criterion, optimizer):
    """Train on one batch; its loss and accuracy."""
    model.train()
    inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
    targets = torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1).to(device)
    outputs = model(inputs)
    loss = criterion(targets, outputs)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    correct = ((outputs > 0.5) == targets).double().mean().item() * len(inputs)
    return [loss.item(), correct / len(inputs)]


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def train_combined_on_batch(model, x, y, criterion, optimizer):
    """Train on one batch; its loss."""
    model.train()
    for layer in model.critic.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.eval()  # it is not trainable
    inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
    targets = torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1).to(device)
    outputs = model(inputs)
    loss = criterion(targets, outputs)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


class WGAN:
    def __init__(self):
        self.img_shape = (8, 8, 1)
        self.latent_dim = 12

        # Following parameter and optimizer set as recommended in paper
        self.n_critic = 2
        self.clip_value = 0.01

        # Build and compile the critic
        self.critic = self.build_critic()
        self.critic_criterion = self.wasserstein_loss
        self.critic_optimizer = torch.optim.RMSprop(
            self.critic.parameters(), lr=0.00005, alpha=0.9, eps=1e-7
        )

        # Build the generator
        self.generator = self.build_generator()

        # The combined model  (stacked generator and critic)
        self.combined = Combined(self.generator, self.critic).to(device)
        self.combined_criterion = self.wasserstein_loss
        self.combined_optimizer = torch.optim.RMSprop(
            self.generator.parameters(), lr=0.00005, alpha=0.9, eps=1e-7
        )

    def wasserstein_loss(self, y_true, y_pred):
        return (y_true * y_pred).mean()

    def build_generator(self):
        model = Generator(self.latent_dim)

        return GeneratorModel(model).to(device)

    def build_critic(self):
        model = Critic(self.img_shape)

        return CriticModel(model).to(device)

    def train(self, epochs, batch_size=128):
        # Load the dataset, and rescale it to -1 to 1
        X_train = load_digits().images
        X_train = (X_train.astype(np.float32) - 8) / 8
        X_train = np.expand_dims(X_train, axis=3)

        # Adversarial ground truths
        valid = -np.ones((batch_size, 1))
        fake = np.ones((batch_size, 1))
        losses = []

        for epoch in range(epochs):
            for _ in range(self.n_critic):
                # Select a random batch of images
                idx = np.random.randint(0, X_train.shape[0], batch_size)
                imgs = X_train[idx]

                # Sample noise as generator input
                noise = np.random.normal(0, 1, (batch_size, self.latent_dim))

                # Generate a batch of new images
                gen_imgs = predict(self.generator, noise)

                # Train the critic
                d_loss_real = train_on_batch(
                    self.critic,
                    imgs,
                    valid,
                    self.critic_criterion,
                    self.critic_optimizer,
                )
                d_loss_fake = train_on_batch(
                    self.critic,
                    gen_imgs,
                    fake,
                    self.critic_criterion,
                    self.critic_optimizer,
                )
                d_loss = 0.5 * np.add(d_loss_fake, d_loss_real)

                # Clip critic weights
                for weights in self.critic.state_dict().values():
                    if weights.is_floating_point():  # not the count of batches
                        weights.clamp_(-self.clip_value, self.clip_value)

            # Train the generator
            g_loss = train_combined_on_batch(
                self.combined,
                noise,
                valid,
                self.combined_criterion,
                self.combined_optimizer,
            )

            # Plot the progress
            print("%d [D loss: %f] [G loss: %f]" % (epoch, 1 - d_loss[0], 1 - g_loss))
            losses.append([d_loss[0], d_loss[1], g_loss])
        return losses


np.random.seed(0)
wgan = WGAN()
losses = wgan.train(epochs=4, batch_size=32)
