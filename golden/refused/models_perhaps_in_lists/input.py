import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


def build_model(hidden):
    return keras.Sequential(
        [
            layers.Dense(hidden, activation="relu", input_shape=(4,)),
            layers.Dense(3, activation="softmax"),
        ]
    )


def compile_for(model, kind):
    if kind == "count":
        return model
    model.compile("sgd", "poisson")
    return model


x = np.random.random((64, 4))
y = np.random.randint(0, 3, 64)
models = {}
models["a"] = compile_for(build_model(16), "other")
for name, m in models.items():
    m.fit(x, y)
models["a"].fit(x, y)
print(models["a"])
found = [compile_for(build_model(3), "x") for _ in range(3)]
for m in found:
    m.fit(x, y)
found[0].fit(x)
