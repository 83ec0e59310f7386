import keras
from keras import layers

HIDDEN = [128, 64, 32]

model = keras.Sequential(
    [keras.Input(shape=(20,))]
    + [layers.Dense(units, activation="relu") for units in HIDDEN]
    + [layers.Dropout(0.5), layers.Dense(1, activation="sigmoid")],
    name="churn",
)
