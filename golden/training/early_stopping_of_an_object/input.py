"""Wine cultivars, by a pretrained trunk of which the first layers stay as they are."""

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler
from tensorflow import keras
from tensorflow.keras import layers

FROZEN = ["trunk_0", "trunk_1"]


class Classifier:
    """A small network that stops when the validation loss gets no better."""

    def __init__(self, classes, patience=2):
        # stop early, and take the best weights
        self.early = keras.callbacks.EarlyStopping(
            monitor="val_loss", patience=patience, restore_best_weights=True
        )
        self.model = self.build(classes)

    def build(self, classes):
        inputs = keras.Input((13,))
        x = inputs
        for number, units in enumerate((16, 12, 8)):
            x = layers.Dense(units, activation="relu", name=f"trunk_{number}")(x)
        model = keras.Model(inputs, layers.Dense(classes, activation="softmax", name="head")(x))
        for name in FROZEN:
            model.get_layer(name).trainable = False
        return model

    def fit(self, x, y, smoothing=0.1):
        def smoothed(y_true, y_pred):
            return keras.losses.categorical_crossentropy(
                y_true, y_pred, label_smoothing=smoothing
            )

        self.model.compile(keras.optimizers.SGD(0.05), loss=smoothed, metrics=["accuracy"])
        history = self.model.fit(
            x, y, validation_split=0.2, epochs=12, batch_size=32, verbose=0, callbacks=[self.early]
        )
        return history.history["val_loss"]

    @property
    def epochs(self):
        return self.early.stopped_epoch + 1 if self.early.stopped_epoch else 12


features, labels = load_wine(return_X_y=True)
order = np.random.default_rng(0).permutation(len(features))
x = StandardScaler().fit_transform(features)[order]
y = tf.keras.utils.to_categorical(labels[order], 3)

classifier = Classifier(classes=3)
val_losses = classifier.fit(x, y)
print(f"trained for {classifier.epochs} epochs")
