import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits

images = load_digits().data / 8.0 - 1.0

generator = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(32),
    layers.BatchNormalization(),
    layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(64, activation="tanh"),
], name="generator")
discriminator = keras.Sequential([
    keras.Input((64,)),
    layers.Dense(32),
    layers.BatchNormalization(),
    layers.Dropout(0.3),
    layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(1, activation="sigmoid"),
], name="discriminator")
discriminator.compile(optimizer=keras.optimizers.SGD(0.1), loss="binary_crossentropy", metrics=["accuracy"])
z = keras.Input((8,))
gan = keras.Model(z, discriminator(generator(z)))
gan.compile(optimizer=keras.optimizers.SGD(0.1), loss="binary_crossentropy")

rng = np.random.default_rng(0)
losses = []
for step in range(20):
    noise = rng.normal(size=(32, 8))
    real = images[rng.integers(0, len(images), 32)]
    fake = generator.predict(noise, verbose=0)
    x = np.concatenate([real, fake])
    y = np.concatenate([np.ones((32, 1)), np.zeros((32, 1))])
    discriminator.trainable = True
    d_loss, d_acc = discriminator.train_on_batch(x, y)
    discriminator.trainable = False
    g_loss = gan.train_on_batch(rng.normal(size=(64, 8)), np.ones((64, 1)))
    losses.append([d_loss, d_acc, g_loss])
losses = np.array(losses)
