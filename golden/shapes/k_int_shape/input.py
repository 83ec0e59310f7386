"""A convolutional autoencoder that remembers the shape before Flatten."""

from keras import backend as K
from keras.layers import Conv2D, Conv2DTranspose, Dense, Flatten, Input, Reshape
from keras.models import Model

filters = [16, 32]
inputs = Input(shape=(28, 28, 1))
x = inputs
for f in filters:
    x = Conv2D(f, 3, strides=2, padding="same", activation="relu")(x)

# Shape info needed to build the decoder
shape = K.int_shape(x)
x = Flatten()(x)
latent = Dense(8)(x)
encoder = Model(inputs, latent)

latent_inputs = Input(shape=(8,))
x = Dense(shape[1] * shape[2] * shape[3])(latent_inputs)
x = Reshape((shape[1], shape[2], shape[3]))(x)
for f in filters[::-1]:
    x = Conv2DTranspose(f, 3, strides=2, padding="same", activation="relu")(x)
outputs = Conv2DTranspose(1, 3, padding="same", activation="sigmoid")(x)
decoder = Model(latent_inputs, outputs)
