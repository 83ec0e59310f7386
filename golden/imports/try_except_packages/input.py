try:
    import tensorflow.keras as keras
except ImportError:
    import keras

try:
    from tensorflow.keras import layers as L
except ModuleNotFoundError:
    from keras import layers as L

inputs = keras.Input((9,))
x = L.Dense(8, activation="relu")(inputs)
model = keras.Model(inputs, L.Dense(2)(x))
