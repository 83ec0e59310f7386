"""Small batches, steps of four of them."""

from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

digits = load_digits()
x, y = digits.data / 16.0, digits.target

model = keras.Sequential(
    [
        keras.Input((64,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
rate = keras.optimizers.schedules.CosineDecay(0.2, decay_steps=600)
model.compile(
    # one step for 64 images, however little memory there is
    optimizer=keras.optimizers.SGD(rate, clipnorm=1.0, gradient_accumulation_steps=4),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
stop_early = [
    keras.callbacks.EarlyStopping("loss", patience=2),
    keras.callbacks.EarlyStopping("accuracy", baseline=0.9, patience=3),
    # there is no validation: Keras only warns
    keras.callbacks.EarlyStopping(patience=1, restore_best_weights=True),
]
history = model.fit(x, y, batch_size=16, epochs=6, callbacks=stop_early)
print(history.history["loss"])
