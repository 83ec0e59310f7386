from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input((16, 16, 3))
x = layers.Conv2D(8, 3, padding="same", activation="relu", name="conv_1")(inputs)
x = layers.MaxPooling2D(name="pool_1")(x)
x = layers.Conv2D(16, 3, padding="same", activation="relu", name="conv_2")(x)
x = layers.MaxPooling2D(name="pool_2")(x)
x = layers.Conv2D(16, 3, padding="same", activation="relu", name="conv_3")(x)
x = layers.Flatten()(x)
model = keras.Model(inputs, layers.Dense(2, name="logits")(x))

# the maps that style is measured on
STYLE = ["conv_1", "conv_3"]
style = keras.Model(model.input, [model.get_layer(name).output for name in STYLE])
