"""How much do results vary with the random seed?"""
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_iris
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential
from tensorflow.keras.utils import to_categorical

x, labels = load_iris(return_X_y=True)
order = np.random.RandomState(0).permutation(len(x))
x_train, x_test = x[order[:120]], x[order[120:]]
y_train, y_test = to_categorical(labels[order[:120]]), to_categorical(labels[order[120:]])

scores = []
for seed in range(3):
    K.clear_session()
    np.random.seed(seed)
    tf.random.set_seed(seed)
    model = Sequential()
    model.add(Dense(8, activation="relu", input_shape=(4,)))
    model.add(Dense(3, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])
    history = model.fit(x_train, y_train, epochs=2, batch_size=20, verbose=0)
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    scores.append(accuracy)
    print(f"seed {seed}: {history.history['accuracy'][-1]:.3f} {accuracy:.3f}")
print(np.mean(scores), np.std(scores))
