import numpy as np
from keras import backend as K
from keras.layers import Dense, Input
from keras.models import Model
from sklearn.datasets import load_wine
from tensorflow.keras.utils import to_categorical


def weighted_categorical_crossentropy(weights):
    """Categorical crossentropy with a weight for each class."""
    weights = K.variable(weights)

    def loss(y_true, y_pred):
        # the probabilities of each sample sum up to 1
        y_pred /= K.sum(y_pred, axis=-1, keepdims=True)
        y_pred = K.clip(y_pred, K.epsilon(), 1 - K.epsilon())
        loss = y_true * K.log(y_pred) * weights
        loss = -K.sum(loss, -1)
        return loss

    return loss


x, labels = load_wine(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)
y = to_categorical(labels)
counts = np.bincount(labels)


def build_model():
    inputs = Input((13,))
    return Model(inputs, Dense(3, activation="softmax")(inputs))


model = build_model()
model.compile("sgd", weighted_categorical_crossentropy(len(x) / (3 * counts)))
history = model.fit(x, y, epochs=3, verbose=0, validation_split=0.1)
print(history.history["val_loss"])

for weight in (2.0, 10.0):
    other = build_model()
    criterion = weighted_categorical_crossentropy([1.0, weight, 1.0])
    other.compile("sgd", loss=criterion, metrics=["accuracy"])
    result = other.fit(x, y, epochs=2, verbose=0)
    print(weight, result.history["accuracy"][-1])
