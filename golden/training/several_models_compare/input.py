import numpy as np
from sklearn.datasets import load_wine
from tensorflow import keras
from tensorflow.keras import regularizers
from tensorflow.keras.layers import Dense, Dropout

x, y = load_wine(return_X_y=True)
x = (x - x.mean(0)) / x.std(0)
order = np.random.RandomState(0).permutation(len(x))
x, y = x[order], y[order]
x_train, x_test, y_train, y_test = x[:130], x[130:], y[:130], y[130:]

baseline_model = keras.Sequential(
    [Dense(16, activation="relu", input_shape=(13,)), Dense(16, activation="relu"), Dense(3, activation="softmax")]
)
baseline_model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy", "sparse_categorical_crossentropy"])
baseline_history = baseline_model.fit(x_train, y_train, epochs=3, batch_size=32, validation_data=(x_test, y_test), verbose=2)

smaller_model = keras.Sequential(
    [Dense(4, activation="relu", input_shape=(13,)), Dense(4, activation="relu"), Dense(3, activation="softmax")]
)
smaller_model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy", "sparse_categorical_crossentropy"])
smaller_history = smaller_model.fit(x_train, y_train, epochs=3, batch_size=32, validation_data=(x_test, y_test), verbose=2)

l2_model = keras.Sequential(
    [
        Dense(16, kernel_regularizer=regularizers.l2(0.001), activation="relu", input_shape=(13,)),
        Dense(16, kernel_regularizer=regularizers.l2(0.001), activation="relu"),
        Dense(3, activation="softmax"),
    ]
)
l2_model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy", "sparse_categorical_crossentropy"])
l2_history = l2_model.fit(x_train, y_train, epochs=3, batch_size=32, validation_data=(x_test, y_test), verbose=2)


def plot_history(histories, key="sparse_categorical_crossentropy"):
    for name, history in histories:
        print(name.title(), history.epoch, history.history["val_" + key], history.history[key])


plot_history([("baseline", baseline_history), ("smaller", smaller_history), ("l2", l2_history)])
