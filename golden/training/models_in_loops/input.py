from sklearn.datasets import load_breast_cancer
from tensorflow import keras
from tensorflow.keras import layers

data = load_breast_cancer()
x = (data.data - data.data.mean(0)) / data.data.std(0)
y = data.target


def narrow():
    return keras.Sequential([layers.Dense(1, activation="sigmoid", input_shape=(30,))])


def wide(units=16):
    return keras.Sequential(
        [
            layers.Dense(units, activation="relu", input_shape=(30,)),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


# compare two ways of training
plain = keras.Sequential([keras.Input((30,)), layers.Dense(4, activation="relu"), layers.Dense(1)])
normed = keras.Sequential([keras.Input((30,)), layers.LayerNormalization(), layers.Dense(1)])
curves = []
for model in [plain, normed]:
    model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
    history = model.fit(
        x, y, epochs=3, batch_size=64, validation_split=0.25, shuffle=False, verbose=0
    )
    curves.append(history.history["val_mae"])
guesses = normed.predict(x[:5], verbose=0)

# and two models
models = {"narrow": narrow(), "wide": wide()}
results = {}
for name, model in models.items():
    model.compile(
        optimizer=keras.optimizers.SGD(0.1), loss="binary_crossentropy", metrics=["accuracy"]
    )
    history = model.fit(x, y, epochs=2, batch_size=32, shuffle=False, verbose=0)
    loss, accuracy = model.evaluate(x, y, verbose=0)
    print(f"{name}: {accuracy:.3f}")
    results[name] = history.history["accuracy"]

scores = []
for rate, model in zip((0.1, 0.01), (wide(4), wide(8))):
    model.compile(optimizer=keras.optimizers.SGD(rate), loss="binary_crossentropy")
    model.fit(x, y, epochs=1, batch_size=32, shuffle=False, verbose=0)
    scores.append(model.evaluate(x, y, verbose=0))
print(scores)
