"""One of each, in lists and dicts."""

from sklearn.datasets import load_diabetes
from tensorflow import keras
from tensorflow.keras import layers

x, y = load_diabetes(return_X_y=True)
x = x * 20
y = (y - y.mean()) / y.std()

OPTIMIZERS = {"fast": keras.optimizers.SGD(0.1), "slow": keras.optimizers.SGD(0.01)}

features = keras.Input((10,), name="features")
h = layers.Dense(16, activation="relu")(features)
model = keras.Model(inputs=[features], outputs=[layers.Dense(1, name="level")(h)])
model.compile(
    optimizer=OPTIMIZERS["slow"], loss=["mse"], loss_weights=[0.5], metrics=[["mae"]]
)
history = model.fit([x], [y], epochs=2, batch_size=32, verbose=0)
print(history.history["mae"])
for epoch in range(2):
    model.fit({"features": x}, y, epochs=1, verbose=0)
score = model.evaluate([x], [y], verbose=0)
prediction = model.predict([x], verbose=0)
