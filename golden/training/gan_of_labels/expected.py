"""A GAN that is told which digit to draw."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
import numpy as np
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Combined(nn.Module):
    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator = generator

        self.discriminator = discriminator

    def forward(self, noise, label):
        return torch.sigmoid(self.forward_logits(noise, label))

    def forward_logits(self, noise, label):
        """The scores before the sigmoid, for the loss."""
        # The generator takes noise and the target label as input
        # and generates the corresponding digit of that label
        img = self.generator(noise, label)

        # For the combined model we will only train the generator
        # The discriminator takes generated image as input and determines validity
        # and the label of that image
        return self.discriminator.forward_logits(img, label)


class Generator(nn.Module):
    def __init__(self, img_shape, latent_dim):
        super().__init__()
        self.img_shape = img_shape
        self.dense = nn.Linear(latent_dim, 32)
        self.dense_1 = nn.Linear(32, np.prod(img_shape))
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        x = F.leaky_relu(x, 0.25)
        x = torch.tanh(self.dense_1(x))
        return x.unflatten(1, self.img_shape)


class GeneratorModel(nn.Module):
    def __init__(self, model, latent_dim, num_classes):
        super().__init__()
        self.embedding = nn.Embedding(num_classes, latent_dim)
        self.model = model
        self.embedding.apply(init_like_keras)

    def forward(self, noise, label):
        label_embedding = self.embedding(label).flatten(1)
        model_input = noise * label_embedding
        return self.model(model_input)


class Discriminator(nn.Module):
    def __init__(self, img_shape, num_classes):
        super().__init__()
        self.embedding = nn.Embedding(num_classes, np.prod(img_shape))
        self.dense = nn.Linear(np.prod(img_shape), 32)
        self.dropout = nn.Dropout(0.4)
        self.dense_1 = nn.Linear(32, 1)
        self.apply(init_like_keras)

    def forward(self, img, label):
        return torch.sigmoid(self.forward_logits(img, label))

    def forward_logits(self, img, label):
        """The scores before the sigmoid, for the loss."""
        label_embedding = self.embedding(label).flatten(1)
        flat_img = img.flatten(1)
        hidden = self.dense(flat_img * label_embedding)
        hidden = F.leaky_relu(hidden, 0.25)
        hidden = self.dropout(hidden)
        return self.dense_1(hidden)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


def train_on_batch(model, img, label, y, criterion, optimizer):
    """Train on one batch; its loss and accuracy."""
    model.train()
    img = torch.as_tensor(img, dtype=torch.float32).to(device)
    label = torch.as_tensor(label, dtype=torch.long).reshape(-1, 1).to(device)
    targets = torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1).to(device)
    logits = model.forward_logits(img, label)
    loss = criterion(logits, targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    correct = ((logits > 0) == targets).sum().item()
    return [loss.item(), correct / len(targets)]


@torch.no_grad()
def predict(model, noise, label):
    """Outputs as a numpy array."""
    model.eval()
    batches = DataLoader(
        TensorDataset(
            torch.as_tensor(noise, dtype=torch.float32),
            torch.as_tensor(label, dtype=torch.long).reshape(-1, 1),
        ),
        batch_size=32,
    )
    return torch.cat(
        [model(*(x.to(device) for x in batch)).cpu() for batch in batches]
    ).numpy()


def train_combined_on_batch(model, noise, label, y, criterion, optimizer):
    """Train on one batch; its loss."""
    model.train()
    noise = torch.as_tensor(noise, dtype=torch.float32).to(device)
    label = torch.as_tensor(label, dtype=torch.long).reshape(-1, 1).to(device)
    targets = torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1).to(device)
    logits = model.forward_logits(noise, label)
    loss = criterion(logits, targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


class CGAN:
    def __init__(self):
        # Input shape
        self.img_rows = 8
        self.img_cols = 8
        self.channels = 1
        self.img_shape = (self.img_rows, self.img_cols, self.channels)
        self.num_classes = 10
        self.latent_dim = 16
        # Build and compile the discriminator
        self.discriminator = self.build_discriminator()
        self.discriminator_criterion = nn.BCEWithLogitsLoss()
        self.discriminator_optimizer = torch.optim.SGD(
            self.discriminator.parameters(), lr=0.0625
        )

        # Build the generator
        self.generator = self.build_generator()

        # The combined model  (stacked generator and discriminator)
        # Trains generator to fool discriminator
        self.combined = Combined(self.generator, self.discriminator).to(device)
        self.combined_criterion = nn.BCEWithLogitsLoss()
        self.combined_optimizer = torch.optim.SGD(
            self.generator.parameters(), lr=0.0625
        )

    def build_generator(self):
        model = Generator(self.img_shape, self.latent_dim)
        print(model)

        return GeneratorModel(model, self.latent_dim, self.num_classes).to(device)

    def build_discriminator(self):
        return Discriminator(self.img_shape, self.num_classes).to(device)

    def train(self, epochs, batch_size=128, sample_interval=50):
        # Load the dataset
        X_train, y_train = load_digits(return_X_y=True)

        # Configure input
        X_train = (X_train.astype(np.float32) - 8) / 8
        X_train = X_train.reshape(-1, 8, 8, 1)
        y_train = y_train.reshape(-1, 1)

        # Adversarial ground truths
        valid = np.ones((batch_size, 1))
        fake = np.zeros((batch_size, 1))
        losses = []

        for epoch in range(epochs):

            # ---------------------
            #  Train Discriminator
            # ---------------------

            # Select a random half batch of images
            idx = np.random.randint(0, X_train.shape[0], batch_size)
            imgs, labels = X_train[idx], y_train[idx]

            # Sample noise as generator input
            noise = np.random.normal(0, 1, (batch_size, self.latent_dim))

            # Generate a half batch of new images
            gen_imgs = predict(self.generator, noise, labels)

            # Train the discriminator
            d_loss_real = train_on_batch(
                self.discriminator,
                imgs,
                labels,
                valid,
                self.discriminator_criterion,
                self.discriminator_optimizer,
            )
            d_loss_fake = train_on_batch(
                self.discriminator,
                gen_imgs,
                labels,
                fake,
                self.discriminator_criterion,
                self.discriminator_optimizer,
            )
            d_loss = 0.5 * np.add(d_loss_real, d_loss_fake)

            # ---------------------
            #  Train Generator
            # ---------------------

            # Condition on labels
            sampled_labels = np.random.randint(0, 10, batch_size).reshape(-1, 1)

            # Train the generator
            g_loss = train_combined_on_batch(
                self.combined,
                noise,
                sampled_labels,
                valid,
                self.combined_criterion,
                self.combined_optimizer,
            )

            # Plot the progress
            print(
                "%d [D loss: %f, acc.: %.2f%%] [G loss: %f]"
                % (epoch, d_loss[0], 100 * d_loss[1], g_loss)
            )
            losses.append([*d_loss, g_loss])

            # If at save interval => save generated image samples
            if epoch % sample_interval == 0:
                self.sample_images(epoch)
        return losses

    def sample_images(self, epoch):
        noise = np.random.normal(0, 1, (10, self.latent_dim))
        sampled_labels = np.arange(0, 10).reshape(-1, 1)

        gen_imgs = predict(self.generator, noise, sampled_labels)

        # Rescale images 0 - 1
        gen_imgs = 0.5 * gen_imgs + 0.5
        np.save("images_%d.npy" % epoch, gen_imgs)


np.random.seed(0)
cgan = CGAN()
losses = cgan.train(epochs=6, batch_size=32, sample_interval=5)
