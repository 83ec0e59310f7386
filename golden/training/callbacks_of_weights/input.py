"""Go back to the weights with the best score, and slow down where it falls."""

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

x, y = load_breast_cancer(return_X_y=True)
x = StandardScaler().fit_transform(x)
x_train, y_train = x[:400], y[:400]
x_val, y_val = x[400:], y[400:]


class BestScore(tf.keras.callbacks.Callback):
    def __init__(self, data, patience=1, path="best.weights.h5"):
        super().__init__()
        self.x, self.y = data
        self.patience = patience
        self.path = path
        self.best = 0.0
        self.best_weights = None
        self.scores = []

    def on_train_begin(self, logs=None):
        if not hasattr(self.model.optimizer, "learning_rate"):
            raise ValueError("The optimizer has no learning rate.")
        self.wait = 0

    def on_epoch_end(self, epoch, logs=None):
        predicted = self.model.predict(self.x, verbose=0)
        score = roc_auc_score(self.y, predicted)
        self.scores.append(score)
        if score > self.best:
            self.best = score
            self.wait = 0
            self.best_weights = self.model.get_weights()
            self.model.save_weights(self.path)
            return
        self.wait += 1
        old = self.model.optimizer.learning_rate
        self.model.optimizer.learning_rate.assign(old * 0.5)
        if self.wait > self.patience:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)


inputs = tf.keras.Input(shape=(30,))
hidden = tf.keras.layers.Dense(16, activation="tanh")(inputs)
outputs = tf.keras.layers.Dense(1, activation="sigmoid")(hidden)
model = tf.keras.Model(inputs, outputs)
model.compile(tf.keras.optimizers.SGD(1.0), loss="binary_crossentropy")

best = BestScore((x_val, y_val))
history = model.fit(x_train, y_train, epochs=12, verbose=0, callbacks=[best])
scores = np.array(best.scores)
losses = history.history["loss"]
