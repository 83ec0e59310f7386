import numpy as np
from sklearn.datasets import load_breast_cancer
from tensorflow import keras
from tensorflow.keras import layers

data = load_breast_cancer()
x = (data.data - data.data.mean(0)) / data.data.std(0)
y = data.target


def get_optimizer(lr=0.1):
    return keras.optimizers.SGD(lr)


def compile_and_fit(model, name, optimizer=None, max_epochs=3):
    if optimizer is None:
        optimizer = get_optimizer()
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy")],
    )
    print(name)
    return model.fit(x, y, epochs=max_epochs, batch_size=64, validation_split=0.2, verbose=0)


tiny = keras.Sequential([layers.Dense(4, activation="elu", input_shape=(30,)), layers.Dense(1)])
small = keras.Sequential(
    [
        layers.Dense(16, activation="elu", input_shape=(30,)),
        layers.Dense(16, activation="elu"),
        layers.Dense(1),
    ]
)
histories = {}
histories["tiny"] = compile_and_fit(tiny, "sizes/tiny")
histories["small"] = compile_and_fit(small, "sizes/small", max_epochs=2)
for name, history in histories.items():
    print(name, np.round(history.history["val_loss"], 4))
