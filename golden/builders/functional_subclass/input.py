from tensorflow import keras
from tensorflow.keras import layers


class MLP(keras.Model):
    """A functional model that is written as a class."""

    def __init__(self, n_inputs, n_outputs, hidden=64, **kwargs):
        inputs = keras.Input((n_inputs,))
        x = layers.Dense(hidden, activation="relu")(inputs)
        outputs = layers.Dense(n_outputs)(x)
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)
        self.hidden = hidden


mlp = MLP(5, 2)
