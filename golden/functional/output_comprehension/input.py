from tensorflow import keras
from tensorflow.keras import layers


def build_heads(input_dim=16, heads=3, units=8):
    inputs = keras.Input((input_dim,))
    x = layers.Dense(units, activation="relu")(inputs)
    outputs = [layers.Dense(1, name=f"head_{i}")(x) for i in range(heads)]
    return keras.Model(inputs, outputs)


model = build_heads()


def inception(x, filters=(8, 16), kernels=(1, 3, 5)):
    branches = [layers.Conv2D(filters[0], k, padding="same", activation="relu")(x) for k in kernels]
    pool = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    branches.append(layers.Conv2D(filters[1], 1)(pool))
    return layers.Concatenate()(branches)


def build(input_shape=(16, 16, 3)):
    inputs = keras.Input(input_shape)
    x = inception(inputs)
    x = inception(x, kernels=(1, 3))
    x = layers.GlobalAveragePooling2D()(x)
    outputs = {name: layers.Dense(n)(x) for name, n in {"age": 1, "gender": 2}.items()}
    return keras.Model(inputs, outputs)
