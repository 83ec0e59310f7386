import keras
from keras import layers

features = keras.Input((6,))
small, large = [layers.Dense(units, activation="relu")(features) for units in (4, 8)]
model = keras.Model(
    features, layers.Concatenate()([layers.Dense(2)(small), layers.Dense(3)(large)])
)
