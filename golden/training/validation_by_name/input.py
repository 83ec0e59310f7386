import numpy as np
from sklearn.datasets import load_wine
from tensorflow import keras
from tensorflow.keras import layers

wine = load_wine()
x = (wine.data - wine.data.mean(0)) / wine.data.std(0)
order = [i * 7 % 178 for i in range(178)]
x, y = x[order], wine.target[order]
acids, colors = x[:, :6], x[:, 6:]

acid_input = keras.Input((6,), name="acids")
color_input = keras.Input((7,), name="colors")
hidden = layers.concatenate(
    [
        layers.Dense(6, activation="tanh")(acid_input),
        layers.Dense(6, activation="tanh")(color_input),
    ]
)
model = keras.Model([acid_input, color_input], layers.Dense(3, activation="softmax")(hidden))
model.compile(optimizer=keras.optimizers.SGD(0.2), loss="sparse_categorical_crossentropy")

# What is held back is told apart by the names of the inputs
validation = ({"acids": acids[140:], "colors": colors[140:]}, y[140:])
losses = []
callbacks = [
    keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: losses.append(logs["val_loss"]))
]
settings = dict(epochs=3, validation_data=validation, callbacks=callbacks, verbose=0)
history = model.fit({"acids": acids[:140], "colors": colors[:140]}, y[:140], **settings)
print(np.allclose(losses, history.history["val_loss"]))
