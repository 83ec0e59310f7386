"""A conditional GAN on digits."""

from numpy import expand_dims, ones, zeros
from numpy.random import randint, randn, seed
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


# compile model
class Discriminator(nn.Module):
    def __init__(self, in_shape=(8, 8, 1), n_classes=10):
        super().__init__()
        self.in_shape = in_shape
        self.embedding = nn.Embedding(n_classes, 5)
        # scale up to image dimensions with linear activation
        n_nodes = in_shape[0] * in_shape[1]
        self.dense = nn.Linear(5, n_nodes)
        self.conv2d = Conv2dSame(in_shape[-1] + 1, 8, 3, stride=2)
        self.batch_normalization = nn.BatchNorm2d(8, eps=1e-3, momentum=0.01)
        self.dropout = nn.Dropout(0.4)
        self.dense_1 = nn.Linear(-(-in_shape[0] // 2) * -(-in_shape[1] // 2) * 8, 1)
        self.apply(init_like_keras)

    def forward(self, in_image, in_label):
        return torch.sigmoid(self.forward_logits(in_image, in_label))

    def forward_logits(self, in_image, in_label):
        """The scores before the sigmoid, for the loss."""
        # label input
        # embedding for categorical input
        li = self.embedding(in_label)
        li = self.dense(li)
        # reshape to additional channel
        li = li.reshape(-1, self.in_shape[0], self.in_shape[1], 1)
        # image input
        # concat label as a channel
        merge = torch.cat([in_image, li], dim=-1)
        # downsample
        merge = merge.permute(0, 3, 1, 2)
        fe = self.conv2d(merge)
        fe = self.batch_normalization(fe)
        fe = F.leaky_relu(fe, 0.25)
        # flatten feature maps
        fe = fe.permute(0, 2, 3, 1).flatten(1)
        # dropout
        fe = self.dropout(fe)
        # output
        return self.dense_1(fe)


# define the standalone discriminator model
def define_discriminator(in_shape=(8, 8, 1), n_classes=10):
    # define model
    return Discriminator(in_shape, n_classes).to(device)


class Generator(nn.Module):
    def __init__(self, latent_dim, n_classes=10):
        super().__init__()
        self.embedding = nn.Embedding(n_classes, 5)
        self.dense = nn.Linear(5, 4 * 4)
        self.dense_1 = nn.Linear(latent_dim, 8 * 4 * 4)
        self.conv2d_transpose = nn.ConvTranspose2d(9, 8, 4, stride=2, padding=1)
        self.conv2d = nn.Conv2d(8, 1, 3, padding="same")
        self.apply(init_like_keras)

    def forward(self, in_lat, in_label):
        # label input
        # embedding for categorical input
        li = self.embedding(in_label)
        # linear multiplication
        li = self.dense(li)
        # reshape to additional channel
        li = li.reshape(-1, 4, 4, 1)
        # image generator input
        # foundation for 4x4 image
        gen = self.dense_1(in_lat)
        gen = F.leaky_relu(gen, 0.25)
        gen = gen.reshape(-1, 4, 4, 8)
        # merge image gen and label input
        merge = torch.cat([gen, li], dim=-1)
        # upsample to 8x8
        merge = merge.permute(0, 3, 1, 2)
        gen = self.conv2d_transpose(merge)
        gen = F.leaky_relu(gen, 0.25)
        # output
        out_layer = torch.tanh(self.conv2d(gen))
        return out_layer.permute(0, 2, 3, 1)


# define the standalone generator model
def define_generator(latent_dim, n_classes=10):
    # define model
    return Generator(latent_dim, n_classes).to(device)


class GANModel(nn.Module):
    def __init__(self, g_model, d_model):
        super().__init__()
        self.g_model = g_model
        self.d_model = d_model

    def forward(self, in_lat, in_label):
        return torch.sigmoid(self.forward_logits(in_lat, in_label))

    def forward_logits(self, in_lat, in_label):
        """The scores before the sigmoid, for the loss."""
        # get noise and label inputs from generator model
        gen_label = in_label
        # get image output from the generator model
        gen_output = self.g_model(in_lat, in_label)
        # connect image output and label input from generator as inputs to discriminator
        return self.d_model.forward_logits(gen_output, gen_label)


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
    """Start from Keras's default weights."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


def train_on_batch(model, in_image, in_label, y, criterion, optimizer):
    """Train on one batch; its loss and accuracy."""
    model.train()
    in_image = torch.as_tensor(in_image, dtype=torch.float32).to(device)
    in_label = torch.as_tensor(in_label, dtype=torch.long).reshape(-1, 1).to(device)
    targets = torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1).to(device)
    logits = model.forward_logits(in_image, in_label)
    loss = criterion(logits, targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    correct = ((logits > 0) == targets).sum().item()
    return [loss.item(), correct / len(targets)]


def train_gan_model_on_batch(model, inputs_1, inputs_2, y, criterion, optimizer):
    """Train on one batch; its loss."""
    model.train()
    inputs_1 = torch.as_tensor(inputs_1, dtype=torch.float32).to(device)
    inputs_2 = torch.as_tensor(inputs_2, dtype=torch.long).reshape(-1, 1).to(device)
    targets = torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1).to(device)
    logits = model.forward_logits(inputs_1, inputs_2)
    loss = criterion(logits, targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@torch.no_grad()
def predict(model, in_lat, in_label):
    """Outputs as a numpy array."""
    model.eval()
    batches = DataLoader(
        TensorDataset(
            torch.as_tensor(in_lat, dtype=torch.float32),
            torch.as_tensor(in_label, dtype=torch.long).reshape(-1, 1),
        ),
        batch_size=32,
    )
    return torch.cat(
        [model(*(x.to(device) for x in batch)).cpu() for batch in batches]
    ).numpy()


# define the combined generator and discriminator model, for updating the generator
def define_gan(g_model, d_model):
    # make weights in the discriminator not trainable
    # define gan model as taking noise and label and outputting a classification
    model = GANModel(g_model, d_model).to(device)
    # compile model
    return model


# load digits
def load_real_samples():
    images, labels = load_digits(return_X_y=True)
    # expand to 3d, e.g. add channels
    X = expand_dims(images.reshape(-1, 8, 8), axis=-1)
    # scale from [0,16] to [-1,1]
    X = (X.astype("float32") - 8) / 8
    return [X, labels]


# select real samples
def generate_real_samples(dataset, n_samples):
    # split into images and labels
    images, labels = dataset
    # choose random instances
    ix = randint(0, images.shape[0], n_samples)
    # select images and labels
    X, labels = images[ix], labels[ix]
    # generate class labels
    y = ones((n_samples, 1))
    return [X, labels], y


# generate points in latent space as input for the generator
def generate_latent_points(latent_dim, n_samples, n_classes=10):
    # generate points in the latent space
    x_input = randn(latent_dim * n_samples)
    # reshape into a batch of inputs for the network
    z_input = x_input.reshape(n_samples, latent_dim)
    # generate labels
    labels = randint(0, n_classes, n_samples)
    return [z_input, labels]


# use the generator to generate n fake examples, with class labels
def generate_fake_samples(generator, latent_dim, n_samples):
    # generate points in latent space
    z_input, labels_input = generate_latent_points(latent_dim, n_samples)
    # predict outputs
    images = predict(generator, z_input, labels_input)
    # create class labels
    y = zeros((n_samples, 1))
    return [images, labels_input], y


# train the generator and discriminator
def train(
    g_model,
    d_model,
    d_model_criterion,
    d_model_optimizer,
    gan_model,
    gan_model_criterion,
    gan_model_optimizer,
    dataset,
    latent_dim,
    n_steps=4,
    n_batch=32,
):
    half_batch = int(n_batch / 2)
    losses = list()
    # manually enumerate batches
    for i in range(n_steps):
        # get randomly selected 'real' samples
        [X_real, labels_real], y_real = generate_real_samples(dataset, half_batch)
        # update discriminator model weights
        d_loss1, _ = train_on_batch(
            d_model, X_real, labels_real, y_real, d_model_criterion, d_model_optimizer
        )
        # generate 'fake' examples
        [X_fake, labels], y_fake = generate_fake_samples(g_model, latent_dim, half_batch)
        # update discriminator model weights
        d_loss2, _ = train_on_batch(
            d_model, X_fake, labels, y_fake, d_model_criterion, d_model_optimizer
        )
        # prepare points in latent space as input for the generator
        [z_input, labels_input] = generate_latent_points(latent_dim, n_batch)
        # create inverted labels for the fake samples
        y_gan = ones((n_batch, 1))
        # update the generator via the discriminator's error
        g_loss = train_gan_model_on_batch(
            gan_model,
            z_input,
            labels_input,
            y_gan,
            gan_model_criterion,
            gan_model_optimizer,
        )
        # summarize loss on this batch
        print(">%d, d1=%.3f, d2=%.3f g=%.3f" % (i + 1, d_loss1, d_loss2, g_loss))
        losses.append((d_loss1, d_loss2, g_loss))
    return losses


seed(1)
# size of the latent space
latent_dim = 12
# create the discriminator
d_model = define_discriminator()
d_model_criterion = nn.BCEWithLogitsLoss()
d_model_optimizer = torch.optim.SGD(d_model.parameters(), lr=0.03125)
# create the generator
g_model = define_generator(latent_dim)
# create the gan
gan_model = define_gan(g_model, d_model)
gan_model_criterion = nn.BCEWithLogitsLoss()
gan_model_optimizer = torch.optim.SGD(
    [
        *g_model.parameters(),
        *(
            p
            for layer in d_model.modules()
            if isinstance(layer, nn.BatchNorm2d)
            for p in layer.parameters()
        ),
    ],
    lr=0.03125,
)
# load image data
dataset = load_real_samples()
# train model
losses = train(
    g_model,
    d_model,
    d_model_criterion,
    d_model_optimizer,
    gan_model,
    gan_model_criterion,
    gan_model_optimizer,
    dataset,
    latent_dim,
)
