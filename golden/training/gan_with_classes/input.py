"""A GAN that is told which digit to draw, and whose discriminator says which one it sees."""

import numpy as np
from keras import layers
from keras.models import Model
from keras.optimizers.legacy import SGD
from sklearn.datasets import load_digits

CLASSES, LATENT, BATCH = 10, 6, 32


def build_generator(latent_size):
    latent = layers.Input(shape=(latent_size,))
    image_class = layers.Input(shape=(1,), dtype="int32")
    cls = layers.Flatten()(layers.Embedding(CLASSES, latent_size)(image_class))
    h = layers.multiply([latent, cls])
    h = layers.Dense(32, activation="relu")(h)
    image = layers.Dense(64, activation="tanh")(h)
    return Model([latent, image_class], image)


def build_discriminator():
    image = layers.Input(shape=(64,))
    features = layers.Dense(32, activation="relu")(image)
    fake = layers.Dense(1, activation="sigmoid", name="generation")(features)
    aux = layers.Dense(CLASSES, activation="softmax", name="auxiliary")(features)
    return Model(image, [fake, aux])


losses = ["binary_crossentropy", "sparse_categorical_crossentropy"]
discriminator = build_discriminator()
discriminator.compile(optimizer=SGD(0.0625), loss=losses)
generator = build_generator(LATENT)

latent = layers.Input(shape=(LATENT,))
image_class = layers.Input(shape=(1,), dtype="int32")
discriminator.trainable = False
fake, aux = discriminator(generator([latent, image_class]))
combined = Model([latent, image_class], [fake, aux])
combined.compile(optimizer=SGD(0.0625), loss=losses)

digits = load_digits()
images, labels = digits.data / 8.0 - 1.0, digits.target
rng = np.random.RandomState(0)
d_losses, g_losses = [], []
for step in range(6):
    noise = rng.uniform(-1, 1, (BATCH, LATENT))
    batch = slice(step * BATCH, (step + 1) * BATCH)
    sampled = rng.randint(0, CLASSES, BATCH)
    generated = generator.predict([noise, sampled.reshape((-1, 1))], verbose=0)
    x = np.concatenate((images[batch], generated))
    y = np.array([1] * BATCH + [0] * BATCH)
    aux_y = np.concatenate((labels[batch], sampled), axis=0)
    d_losses.append(discriminator.train_on_batch(x, [y, aux_y]))
    trick = np.ones(BATCH)
    g_losses.append(combined.train_on_batch([noise, sampled.reshape((-1, 1))], [trick, sampled]))

shown = generator.predict([noise, sampled.reshape(-1, 1)], verbose=0)
grid = np.concatenate([row.reshape(-1, 8) for row in np.split(shown, 4)], axis=-1)
scores = discriminator.evaluate(np.concatenate((images[:32], shown)), [np.zeros(64), aux_y])
print(np.mean(d_losses, axis=0), np.mean(g_losses, axis=0), scores, grid.std())
