import numpy as np
from sklearn.datasets import load_digits
from keras.layers import Dense, LeakyReLU, Dropout, Input
from keras.models import Sequential, Model
from keras.optimizers.legacy import SGD

LATENT = 8
images = load_digits().data / 8.0 - 1.0

opt = SGD(learning_rate=0.0625)

generator = Sequential()
generator.add(Dense(32, input_dim=LATENT))
generator.add(LeakyReLU(0.2))
generator.add(Dense(64, activation='tanh'))

discriminator = Sequential()
discriminator.add(Dense(32, input_dim=64))
discriminator.add(LeakyReLU(0.2))
discriminator.add(Dropout(0.3))
discriminator.add(Dense(1, activation='sigmoid'))
discriminator.compile(loss='binary_crossentropy', optimizer=opt, metrics=['accuracy'])

# the combined model trains the generator only
discriminator.trainable = False
z = Input(shape=(LATENT,))
gan = Model(z, discriminator(generator(z)))
gan.compile(loss='binary_crossentropy', optimizer=opt)

rng = np.random.RandomState(0)
batch_size = 32
valid = np.ones((batch_size, 1))
fake = np.zeros((batch_size, 1))
d_losses, g_losses = [], []
for step in range(30):
    idx = rng.randint(0, len(images), batch_size)
    noise = rng.normal(0, 1, (batch_size, LATENT))
    gen_imgs = generator.predict(noise)

    # train the discriminator on real and on generated images
    d_loss_real = discriminator.train_on_batch(images[idx], valid)
    d_loss_fake = discriminator.train_on_batch(gen_imgs, fake)
    d_loss = 0.5 * np.add(d_loss_real, d_loss_fake)

    # train the generator
    noise = rng.normal(0, 1, (batch_size, LATENT))
    g_loss = gan.train_on_batch(noise, valid)
    d_losses.append(d_loss[0])
    g_losses.append(g_loss)
    print("%d [D loss: %f, acc.: %.2f%%] [G loss: %f]" % (step, d_loss[0], 100 * d_loss[1], g_loss))
