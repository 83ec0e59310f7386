from tensorflow.keras import Model, layers


def encoder(input_shape, latent_dim):
    inputs = layers.Input(shape=input_shape)
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(inputs)
    x = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(x)
    shape = x.shape[1:]
    x = layers.Flatten()(x)
    return inputs, layers.Dense(latent_dim)(x), shape


def decoder(z, shape):
    x = layers.Dense(shape[0] * shape[1] * shape[2])(z)
    x = layers.Reshape(shape)(x)
    x = layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu")(x)
    return layers.Conv2D(1, 3, padding="same", activation="sigmoid")(x)


def autoencoder(input_shape=(28, 28, 1), latent_dim=4):
    inputs, z, shape = encoder(input_shape, latent_dim)
    return Model(inputs, decoder(z, shape))


def branch(n, name):
    inp = layers.Input((n,), name=name)
    # one layer is enough
    return inp, layers.Dense(8, activation="relu", name="dense_" + name)(inp)


def two_branches():
    left_input, left = branch(4, "left")
    right_input, right = branch(6, "right")
    x = layers.concatenate([left, right])
    return Model([left_input, right_input], layers.Dense(1)(x))


model = autoencoder()
twin = two_branches()
