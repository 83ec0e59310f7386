import numpy as np
from tensorflow.keras import layers, models, optimizers
from sklearn.datasets import load_digits


class DigitClassifier:
    """Trains a small network on digits."""

    def __init__(self, hidden=32, lr=1e-1):
        self.lr = lr
        self.model = self._build(hidden)

    def _build(self, hidden):
        model = models.Sequential()
        model.add(layers.Dense(hidden, activation='relu', input_shape=(64,)))
        model.add(layers.Dense(10, activation='softmax'))
        model.compile(optimizer=optimizers.SGD(learning_rate=self.lr),
                      loss='sparse_categorical_crossentropy',
                      metrics=['accuracy'])
        return model

    def train(self, x, y, epochs=3):
        self.history = self.model.fit(x, y, epochs=epochs, batch_size=32, verbose=2)

    def evaluate(self, x, y):
        return self.model.evaluate(x, y, verbose=0)

    def predict(self, x):
        # the most likely class
        return np.argmax(self.model.predict(x), axis=1)

    def save(self, path):
        self.model.save_weights(path)


class Autoencoder(object):
    def __init__(self, dim, code=8):
        inputs = layers.Input(shape=(dim,))
        h = layers.Dense(code, activation='relu')(inputs)
        outputs = layers.Dense(dim, activation='sigmoid')(h)
        self.net = models.Model(inputs, outputs)
        self.net.compile(optimizer='sgd', loss='mse')

    def fit(self, x, epochs):
        return self.net.fit(x, x, epochs=epochs, batch_size=16, verbose=0)

    def reconstruct(self, x):
        return self.net.predict(x)


if __name__ == '__main__':
    x, y = load_digits(return_X_y=True)
    x = x / 16.
    clf = DigitClassifier()
    clf.train(x[:1500], y[:1500])
    clf.train(x[:1500], y[:1500], epochs=2)
    losses = clf.history.history['loss']
    score = clf.evaluate(x[1500:], y[1500:])
    print(clf.predict(x[1500:])[:10])
    coder = Autoencoder(64)
    history = coder.fit(x, epochs=2)
    prediction = coder.reconstruct(x[:10])
