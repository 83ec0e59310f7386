import numpy as np
from sklearn.datasets import load_diabetes
from tensorflow import keras
from tensorflow.keras.models import load_model

x, y = load_diabetes(return_X_y=True)
y = y / 100.0

model = keras.Sequential([
    keras.layers.Dense(16, activation="relu", input_shape=(10,)),
    keras.layers.Dense(1),
])
model.compile(optimizer=keras.optimizers.SGD(0.02, momentum=0.9), loss="mse", metrics=["mae"])
first = model.fit(x, y, batch_size=64, epochs=2, validation_split=0.2, verbose=0)
model.save("diabetes.keras")

# a copy goes on from here
resumed = load_model("diabetes.keras")
second = resumed.fit(x, y, batch_size=64, epochs=2, validation_split=0.2, verbose=0)
loss, mae = resumed.evaluate(x, y, verbose=0)
print(first.history["val_loss"] + second.history["val_loss"], loss, mae)
print(np.ravel(model.predict(x[:3])), np.ravel(resumed.predict(x[:3])))
