import logging

import numpy as np
from sklearn.datasets import load_breast_cancer
from tensorflow.keras import Input, Model
from tensorflow.keras.callbacks import EarlyStopping
from tensorflow.keras.layers import Dense, Dropout
from tensorflow.keras.optimizers import SGD

logger = logging.getLogger(__name__)


class TumorClassifier:
    def __init__(self, n_features, hidden_sizes=(16, 8), learning_rate=0.05, dropout=0.1):
        self.n_features = n_features
        self.hidden_sizes = hidden_sizes
        self.learning_rate = learning_rate
        self.dropout = dropout
        self.model = None
        self.history = None

    def build(self):
        inputs = Input(shape=(self.n_features,))
        x = inputs
        for size in self.hidden_sizes:
            x = Dense(size, activation="relu")(x)
            x = Dropout(self.dropout)(x)
        outputs = Dense(1, activation="sigmoid")(x)
        self.model = Model(inputs, outputs)
        self.model.compile(
            optimizer=SGD(learning_rate=self.learning_rate),
            loss="binary_crossentropy",
            metrics=["accuracy"],
        )

    def fit(self, x, y, epochs=3, validation_split=0.2):
        logger.info("training on %d samples", len(x))
        callbacks = [EarlyStopping(monitor="val_loss", patience=2)]
        self.history = self.model.fit(
            x, y, epochs=epochs, validation_split=validation_split, callbacks=callbacks, verbose=0
        )
        return self

    def score(self, x, y):
        loss, accuracy = self.model.evaluate(x, y, verbose=0)
        return accuracy

    def predict(self, x, threshold=0.5):
        return (self.model.predict(x, verbose=0) > threshold).astype(int).ravel()


x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)
clf = TumorClassifier(n_features=x.shape[1])
clf.build()
clf.fit(x[:400], y[:400])
acc = clf.score(x[400:], y[400:])
labels = clf.predict(x[400:])
print(clf.history.history["loss"])
