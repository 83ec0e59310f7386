"""A GAN whose parts are made trainable in turn."""

import numpy as np
from tensorflow.keras.layers import Dense, Input, LeakyReLU
from tensorflow.keras.models import Model
from tensorflow.keras.optimizers import SGD


def make_trainable(net, val):
    """Freeze weights in the discriminator for stacked training."""
    net.trainable = val
    for l in net.layers:
        l.trainable = val


def get_generative(noise_dim=10, units=20):
    g_input = Input(shape=[noise_dim])
    H = Dense(units, activation="relu")(g_input)
    g_V = Dense(5, activation="tanh")(H)
    return Model(g_input, g_V)


def get_discriminative(n=5, units=10):
    d_input = Input(shape=(n,))
    H = Dense(units)(d_input)
    H = LeakyReLU(0.2)(H)
    d_V = Dense(2, activation="softmax")(H)
    discriminator = Model(d_input, d_V)
    discriminator.compile(loss="categorical_crossentropy", optimizer=SGD(0.05))
    return discriminator


np.random.seed(0)
data = np.tanh(np.random.normal(size=(200, 5)))

# Build the generative and the discriminative model ...
generator = get_generative()
discriminator = get_discriminative()

# Freeze weights in the discriminator for stacked training
make_trainable(discriminator, False)

# Build stacked GAN model
gan_input = Input(shape=(10,))
H = generator(gan_input)
gan_V = discriminator(H)
GAN = Model(gan_input, gan_V)
GAN.compile(loss="categorical_crossentropy", optimizer=SGD(0.05))
GAN.summary()

# set up loss storage vector
losses = {"d": [], "g": []}


def train_for_n(nb_epoch=5000, BATCH_SIZE=32):
    for e in range(nb_epoch):
        # Make generative images
        image_batch = data[np.random.randint(0, data.shape[0], size=BATCH_SIZE), :]
        noise_gen = np.random.uniform(0, 1, size=[BATCH_SIZE, 10])
        generated_images = generator.predict(noise_gen, verbose=0)

        # Train discriminator on generated images
        X = np.concatenate((image_batch, generated_images))
        y = np.zeros([2 * BATCH_SIZE, 2])
        y[0:BATCH_SIZE, 1] = 1
        y[BATCH_SIZE:, 0] = 1

        make_trainable(discriminator, True)
        d_loss = discriminator.train_on_batch(X, y)
        losses["d"].append(d_loss)

        # train Generator-Discriminator stack on input noise to non-generated output class
        noise_tr = np.random.uniform(0, 1, size=[BATCH_SIZE, 10])
        y2 = np.zeros([BATCH_SIZE, 2])
        y2[:, 1] = 1

        make_trainable(discriminator, False)
        g_loss = GAN.train_on_batch(noise_tr, y2)
        losses["g"].append(g_loss)


train_for_n(nb_epoch=6, BATCH_SIZE=32)
