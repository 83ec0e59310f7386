from keras.layers import Activation, Dense, LeakyReLU
from keras.models import Sequential

latent_dim = 100

generator = Sequential()
generator.add(Dense(256, input_dim=latent_dim))
generator.add(LeakyReLU(alpha=0.2))
generator.add(Dense(512))
generator.add(LeakyReLU(alpha=0.2))
generator.add(Dense(784))
generator.add(Activation("tanh"))

discriminator = Sequential()
discriminator.add(Dense(512, input_dim=784))
discriminator.add(LeakyReLU(alpha=0.2))
discriminator.add(Dense(1))
discriminator.add(Activation("sigmoid"))
