"""Handwritten digits, by the features of an autoencoder."""

from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers


def build_encoder(dim=16):
    return keras.Sequential(
        [keras.Input((64,)), layers.Dense(32, activation="relu"), layers.Dense(dim)],
        name="encoder",
    )


def build_autoencoder(encoder):
    pixels = keras.Input((64,))
    x = layers.Dense(32, activation="relu")(encoder(pixels))
    return keras.Model(pixels, layers.Dense(64, activation="sigmoid")(x), name="autoencoder")


def build_classifier(encoder, classes):
    # the features stay as the autoencoder found them
    encoder.trainable = False
    return keras.Sequential([encoder, layers.Dense(classes, activation="softmax")])


x, y = load_digits(return_X_y=True)
x = x / 16.0

encoder = build_encoder()
autoencoder = build_autoencoder(encoder)
autoencoder.compile(optimizer=keras.optimizers.SGD(0.1, momentum=0.9), loss="mse")
pretraining = autoencoder.fit(x, x, epochs=2, batch_size=64)

classifier = build_classifier(encoder, classes=10)
classifier.compile(
    optimizer=keras.optimizers.SGD(0.1),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = classifier.fit(x, y, epochs=3, batch_size=64, validation_split=0.2)
print(f"best accuracy: {max(history.history['val_accuracy']):.3f}")
