import numpy as np
from sklearn.datasets import load_breast_cancer
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.callbacks import EarlyStopping


def get_optimizer(lr):
    return keras.optimizers.SGD(learning_rate=lr)


def build(units):
    return keras.Sequential(
        [
            layers.Dense(units, activation="relu", input_shape=(30,)),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def run(model, optimizer, loss, x, y, metrics=None, callbacks=None, epochs=3):
    """Compile a model and fit it."""
    print("training for", epochs, "epochs")
    model.compile(optimizer=optimizer, loss=loss, metrics=metrics)
    history = model.fit(
        x,
        y,
        epochs=epochs,
        batch_size=64,
        validation_split=0.2,
        callbacks=callbacks,
        verbose=0,
    )
    return history.history


data = load_breast_cancer()
x = (data.data - data.data.mean(0)) / data.data.std(0)
y = data.target
small = build(4)
first = run(
    small,
    keras.optimizers.SGD(0.1),
    keras.losses.BinaryCrossentropy(),
    x,
    y,
    metrics=["accuracy"],
    callbacks=[EarlyStopping(patience=2)],
)
rate = 0.01
second = []
for units in (8, 16):
    large = build(units)
    # half as fast
    optimizer = get_optimizer(rate / 2)
    logs = run(
        large,
        optimizer,
        keras.losses.BinaryCrossentropy(),
        x,
        y,
        metrics=["accuracy"],
        callbacks=[EarlyStopping(patience=2)],
        epochs=4,
    )
    second.append(logs["val_accuracy"][-1])
print(np.round(first["loss"], 4), second)
