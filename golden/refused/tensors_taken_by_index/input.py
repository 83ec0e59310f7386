from tensorflow import keras
from tensorflow.keras import layers


def build_encoder(size, latent=2):
    image = keras.Input(shape=(size,))
    mean = layers.Dense(latent)(image)
    model = keras.Model(image, mean)
    return image, model, mean


encoder = build_encoder(6)[1]
parts = build_encoder(6)
other = parts[1]


def again():
    return build_encoder(6)


def inside(n):
    image, model, mean = build_encoder(n)
    return keras.Model(image, layers.Dense(2)(mean))


def deep(n):
    image = keras.Input(shape=(n,))
    mean = layers.Dense(4)(image)
    model = keras.Model(image, layers.Dense(2)(mean))
    return image, model, mean


m = inside(3)
