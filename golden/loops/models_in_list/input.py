from tensorflow import keras
from tensorflow.keras import layers


def build_ensemble(input_dim, members=3, base=16, dropout=0.0):
    """Networks that grow from member to member."""
    models = []
    units = base
    for i in range(members):
        inputs = keras.Input((input_dim,))
        x = layers.Dense(units, activation="relu")(inputs)
        # the larger ones are regularized
        if i > 0:
            x = layers.Dropout(dropout)(x)
        outputs = layers.Dense(1)(x)
        models.append(keras.Model(inputs, outputs, name=f"member_{i}"))
        units *= 2
    return models


ensemble = build_ensemble(8)
