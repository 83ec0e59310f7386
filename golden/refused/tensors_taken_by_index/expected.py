from tensorflow import keras
from tensorflow.keras import layers
from torch import nn


class Encoder(nn.Module):
    def __init__(self, size, latent=2):
        super().__init__()
        self.dense = nn.Linear(size, latent)
        self.apply(init_like_keras)

    def forward(self, image):
        return self.dense(image)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_encoder(size, latent=2):
    return Encoder(size, latent)


# TODO(tf2torch) T2T104: `build_encoder` gives tensors besides its models: give each a name where it is called
encoder = build_encoder(6)[1]
# TODO(tf2torch) T2T104: `build_encoder` gives tensors besides its models: give each a name where it is called
parts = build_encoder(6)
other = parts[1]


# TODO(tf2torch) T2T104: `again` is left as it is: `build_encoder` gives tensors besides its models: give each a name where it is called
def again():
    return build_encoder(6)


class Inside(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model
        self.dense = nn.Linear(2, 2)
        self.dense.apply(init_like_keras)

    def forward(self, x):
        mean = self.model(x)
        return self.dense(mean)


def inside(n):
    model = build_encoder(n)
    return Inside(model)


# TODO(tf2torch) T2T104: `deep` is left as it is: it gives back tensors besides the models that it makes
def deep(n):
    image = keras.Input(shape=(n,))
    mean = layers.Dense(4)(image)
    model = keras.Model(image, layers.Dense(2)(mean))
    return image, model, mean


m = inside(3)
