from tensorflow import keras
from tensorflow.keras import layers

image = keras.Input((12, 12, 3), name="image")
x = layers.Conv2D(8, 3, activation="relu")(image)
x = layers.Flatten()(x)
encoder = keras.Model(image, layers.Dense(4)(x), name="encoder")

# one input for several models: only what convolves it wants its channels first
code = layers.Input((4,))
decoder = keras.Model(code, layers.Dense(6, activation="tanh")(code), name="decoder")
autoencoder = keras.Model(image, decoder(encoder(image)), name="autoencoder")

brightness = keras.Model(image, layers.Dense(3)(layers.Flatten()(image)), name="brightness")

# convolved and passed on: moved for the one, as it was for the other
seen = layers.GlobalAveragePooling2D()(layers.Conv2D(5, 3)(image))
both = layers.Concatenate()([seen, brightness(image), layers.Flatten()(image)])
mixed = keras.Model(image, layers.Dense(2)(both), name="mixed")

twice = layers.Input((8, 8, 2))
y = layers.Conv2D(2, 1)(twice)
z = layers.Conv2D(2, 1)(twice)
kept = layers.Dense(2)(layers.Flatten()(twice))
pooled = layers.GlobalMaxPooling2D()(layers.Add()([y, z]))
paths = keras.Model(twice, layers.Add()([kept, pooled]), name="paths")
