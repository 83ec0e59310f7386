"""Outputs whose layers stand where the model is made, with names for their losses."""

from sklearn.datasets import load_diabetes
from tensorflow import keras
from tensorflow.keras import layers

x, y = load_diabetes(return_X_y=True)
x = x * 20
high = (y > 150).astype("float32")
y = (y - y.mean()) / y.std()

inputs = keras.Input((10,))
h = inputs
for units in (16, 8):
    h = layers.Dense(units, activation="relu")(h)
model = keras.Model(inputs, [
    layers.Dense(1, name="value")(layers.Dropout(0.1)(h)),
    layers.Activation("sigmoid", name="chance")(layers.Dense(1)(h)),
])
model.compile("sgd", loss={"value": "mse", "chance": "binary_crossentropy"},
              loss_weights={"chance": 0.5, "value": 1.0}, metrics={"chance": ["accuracy"]})
losses = model.fit(x, {"value": y, "chance": high}, epochs=3, verbose=0).history
worst = max(losses["value_loss"])
score = model.evaluate(x, {"value": y, "chance": high}, verbose=0, return_dict=True)
