from tensorflow import keras
from sklearn.datasets import load_digits

x, y = load_digits(return_X_y=True)
x = x / 16.0
parity = y % 2

inputs = keras.Input(shape=(64,), name="pixels")
h = keras.layers.Dense(32, activation="relu")(inputs)
digit = keras.layers.Dense(10, activation="softmax", name="digit")(h)
odd = keras.layers.Dense(1, activation="sigmoid", name="odd")(h)
model = keras.Model(inputs, [digit, odd])
model.compile(
    optimizer=keras.optimizers.SGD(0.1),
    loss={"digit": "sparse_categorical_crossentropy", "odd": "binary_crossentropy"},
    loss_weights={"digit": 1.0, "odd": 0.5},
    metrics={"digit": ["accuracy"], "odd": ["accuracy"]},
)
history = model.fit(x, {"digit": y, "odd": parity}, epochs=3, batch_size=64, validation_split=0.1)
print(history.history["val_digit_accuracy"])
score = model.evaluate(x, {"odd": parity, "digit": y}, verbose=0)
digits, odds = model.predict(x[:5])
print(digits.argmax(1), odds)
