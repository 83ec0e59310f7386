"""Two ways to train the same network; functions put together what they need."""

import numpy as np
from sklearn.datasets import load_breast_cancer
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.callbacks import EarlyStopping, ReduceLROnPlateau
from tensorflow.keras.optimizers import SGD, Adam


def get_optimizer(name, lr=0.01):
    """The optimizer of a name."""
    if name == "sgd":
        return SGD(learning_rate=lr, momentum=0.9)
    elif name == "adam":
        return Adam(lr)
    raise ValueError(name)


def get_schedule(lr):
    # a tenth less every ten steps
    return keras.optimizers.schedules.ExponentialDecay(lr, decay_steps=10, decay_rate=0.9)


def get_metrics():
    return ["accuracy", keras.metrics.AUC(name="auc")]


def get_loss(smoothing=0.0):
    loss = keras.losses.BinaryCrossentropy(label_smoothing=smoothing)
    return loss


def get_stopping():
    return EarlyStopping(monitor="val_loss", patience=2)


def get_callbacks(patience=1):
    return [get_stopping(), ReduceLROnPlateau("val_loss", factor=0.5, patience=patience)]


def build_model():
    return keras.Sequential(
        [
            layers.Dense(8, activation="relu", input_shape=(30,)),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


data = load_breast_cancer()
x = (data.data - data.data.mean(0)) / data.data.std(0)
y = data.target

losses = []
for smoothing in (0.0, 0.1):
    model = build_model()
    model.compile(get_optimizer("sgd", 1e-2), loss=get_loss(smoothing), metrics=get_metrics())
    history = model.fit(x, y, epochs=3, batch_size=64, validation_split=0.2, verbose=0)
    losses.append(history.history["loss"])

schedule = get_schedule(0.1)
slowing = build_model()
slowing.compile(SGD(schedule), loss=get_loss(), metrics=["accuracy"])
slowing.fit(x, y, epochs=2, batch_size=64, verbose=0)

stopped = build_model()
stopped.compile(SGD(0.05), loss=get_loss(), metrics=["accuracy"])
stopped.fit(
    x, y, epochs=6, batch_size=64, validation_split=0.2, callbacks=get_callbacks(), verbose=0
)
print(losses, slowing.evaluate(x, y, verbose=0), stopped.evaluate(x, y, verbose=0))
