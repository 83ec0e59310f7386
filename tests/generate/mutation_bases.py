"""Small training programs, of the shapes that scripts have, for mutations to start from."""

from __future__ import annotations

_HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 6))
y = rng.normal(size=(40, 1))
"""
_BITS = _HEAD.replace("rng.normal(size=(40, 1))", "rng.integers(0, 2, size=(40, 1))")
_LABELS = _HEAD.replace("rng.normal(size=(40, 1))", "rng.integers(0, 3, size=40)")
_PIPELINE = _HEAD.replace("\nfrom", "\nimport tensorflow as tf\nfrom", 1)

BASES: dict[str, str] = {
    "script": f"""{_HEAD}
model = keras.Sequential([keras.Input((6,)), layers.Dense(5, activation="tanh"), layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(0.0625, momentum=0.5), loss="mse", metrics=["mae"])
history = model.fit(x, y, batch_size=16, epochs=2, validation_split=0.25, verbose=0)
score = model.evaluate(x, y, verbose=0)
prediction = model.predict(x, verbose=0)
""",
    "logits": f"""{_LABELS}
model = keras.Sequential(
    [keras.Input((6,)), layers.Dense(5, activation="relu"), layers.Dense(3, activation="softmax")]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, validation_data=(x[:9], y[:9]), verbose=0)
loss, accuracy = model.evaluate(x, y, verbose=0)
classes = model.predict(x, verbose=0).argmax(axis=1)
""",
    "head": f"""{_BITS}
base = keras.Sequential(
    [keras.Input((6,)), layers.Dense(5), layers.BatchNormalization(), layers.ReLU()], name="base"
)
base.trainable = False
inputs = keras.Input(shape=(6,))
h = base(inputs)
h = layers.Dropout(0.5)(h)
outputs = layers.Dense(1, activation="sigmoid")(h)
model = keras.Model(inputs, outputs)
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, verbose=0)
base.trainable = True
model.compile(keras.optimizers.SGD(0.01), loss="binary_crossentropy", metrics=["accuracy"])
fine = model.fit(x, y, epochs=2, verbose=0)
""",
    "builder": f"""{_HEAD}

def build_model(units=4, rate=0.0625):
    model = keras.Sequential()
    model.add(layers.Input(shape=(6,)))
    model.add(layers.Dense(units, activation="tanh", kernel_regularizer="l2"))
    model.add(layers.Dense(1))
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=rate), loss="mse", metrics=["mae"])
    return model


model = build_model()
stopping = keras.callbacks.EarlyStopping(monitor="val_loss", patience=1)
history = model.fit(x, y, epochs=3, validation_split=0.5, callbacks=[stopping], verbose=0)
other = build_model(units=3)
other.fit(x, y, epochs=2, verbose=0)
score = model.evaluate(x, y, verbose=0)
""",
    "class": f"""{_HEAD}

class Regressor:
    def __init__(self, units):
        self.units = units
        self.model = self.build()

    def build(self):
        inputs = keras.Input((6,))
        h = layers.Dense(self.units, activation="tanh")(inputs)
        model = keras.Model(inputs, layers.Dense(1)(h))
        model.compile(keras.optimizers.SGD(0.0625), loss="mse")
        return model

    def train(self, x, y, epochs=2):
        return self.model.fit(x, y, epochs=epochs, batch_size=16, verbose=0)

    def predict(self, x):
        return self.model.predict(x, verbose=0)


regressor = Regressor(4)
history = regressor.train(x, y)
prediction = regressor.predict(x)
""",
    "main": f"""{_BITS}
EPOCHS = 2
BATCH_SIZE = 16


def create():
    inputs = keras.Input((6,))
    h = layers.Dense(4, activation="relu")(inputs)
    outputs = layers.Dense(1, activation="sigmoid")(h)
    return keras.Model(inputs=inputs, outputs=outputs)


def train(model, x, y):
    model.compile(optimizer="sgd", loss="binary_crossentropy", metrics=["accuracy"])
    callbacks = [keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.5, patience=1)]
    return model.fit(
        x, y, batch_size=BATCH_SIZE, epochs=EPOCHS, callbacks=callbacks, verbose=0
    )


def main():
    model = create()
    history = train(model, x, y)
    score = model.evaluate(x, y, verbose=0)
    return history, score


if __name__ == "__main__":
    history, score = main()
""",
    "autoencoder": f"""{_HEAD}
inputs = keras.Input((6,))
code = layers.Dense(3, activation="tanh")(inputs)
decoded = layers.Dense(6)(code)
encoder = keras.Model(inputs, code)
autoencoder = keras.Model(inputs, decoded)
autoencoder.compile(optimizer=keras.optimizers.SGD(0.125), loss="mse")
autoencoder.fit(x, x, epochs=2, verbose=0)
codes = encoder.predict(x, verbose=0)
classifier = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
classifier.compile("sgd", "mae")
history = classifier.fit(codes, y, epochs=2, verbose=0)
""",
    "heads": f"""{_HEAD}
bits = rng.integers(0, 2, size=(40, 1))
inputs = keras.Input((6,), name="features")
h = layers.Dense(5, activation="tanh")(inputs)
size = layers.Dense(1, name="size")(h)
kind = layers.Dense(1, activation="sigmoid", name="kind")(h)
model = keras.Model(inputs, [size, kind])
model.compile(
    optimizer=keras.optimizers.SGD(0.0625),
    loss={{"size": "mse", "kind": "binary_crossentropy"}},
    loss_weights={{"size": 1.0, "kind": 0.5}},
    metrics={{"size": ["mae"], "kind": ["accuracy"]}},
)
history = model.fit(x, {{"size": y, "kind": bits}}, epochs=2, verbose=0)
scores = model.evaluate(x, [y, bits], verbose=0)
""",
    "gan": f"""{_HEAD}
generator = keras.Sequential([keras.Input((3,)), layers.Dense(6)])
discriminator = keras.Sequential([keras.Input((6,)), layers.Dense(1, activation="sigmoid")])
discriminator.compile(optimizer=keras.optimizers.legacy.SGD(0.0625), loss="binary_crossentropy")
discriminator.trainable = False
noise = keras.Input((3,))
gan = keras.Model(noise, discriminator(generator(noise)))
gan.compile(optimizer=keras.optimizers.legacy.SGD(0.0625), loss="binary_crossentropy")
losses = []
for step in range(2):
    drawn = rng.normal(size=(8, 3))
    fake = generator.predict(drawn)
    real_loss = discriminator.train_on_batch(x[:8], np.ones((8, 1)))
    fake_loss = discriminator.train_on_batch(fake, np.zeros((8, 1)))
    losses.append(gan.train_on_batch(drawn, np.ones((8, 1))))
""",
    "rounds": f"""{_HEAD}
results = {{}}
for units in (3, 4):
    model = keras.Sequential([keras.Input((6,)), layers.Dense(units), layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
    history = model.fit(x[:30], y[:30], epochs=2, validation_data=(x[30:], y[30:]), verbose=0)
    results[units] = model.evaluate(x[30:], y[30:], verbose=0)
best = min(results, key=lambda units: results[units][0])
""",
    "checkpoint": f"""{_BITS}
model = keras.Sequential([keras.Input((6,)), layers.Dense(4, activation="relu")])
model.add(layers.Dense(1, activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(1e-2), metrics=["acc"])
checkpoint = keras.callbacks.ModelCheckpoint(
    "best.weights.h5", monitor="val_loss", save_best_only=True, save_weights_only=True
)
stop = keras.callbacks.EarlyStopping(monitor="val_acc", patience=0, restore_best_weights=True)
callbacks_list = [checkpoint, stop]
history = model.fit(
    x, y, validation_split=0.25, epochs=3, batch_size=8, callbacks=callbacks_list, verbose=0
)
model.load_weights("best.weights.h5")
score = model.evaluate(x, y, verbose=0)
""",
    "dataset": f"""{_PIPELINE}
train_ds = tf.data.Dataset.from_tensor_slices((x[:32], y[:32])).batch(8)
val_ds = tf.data.Dataset.from_tensor_slices((x[32:], y[32:])).batch(8)
model = keras.Sequential([keras.Input((6,)), layers.Dense(4, activation="relu"), layers.Dense(1)])
schedule = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=4, decay_rate=0.5)
model.compile(keras.optimizers.SGD(schedule), loss=keras.losses.Huber(), metrics=["mse"])
history = model.fit(train_ds, epochs=2, validation_data=val_ds, verbose=0)
score = model.evaluate(val_ds, verbose=0)
prediction = model.predict(val_ds, verbose=0)
""",
    "own": f"""{_HEAD}

def scaled(y_true, y_pred):
    return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1) * 0.5


class Losses(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.losses = []

    def on_epoch_end(self, epoch, logs=None):
        self.losses.append(logs["loss"])


model = keras.Sequential([keras.Input((6,)), layers.Dense(4, activation="tanh"), layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(0.0625), loss=scaled, metrics=[scaled])
record = Losses()
model.fit(x, y, epochs=2, callbacks=[record], verbose=0)
seen = record.losses
""",
}
