from keras.layers import Dense, Dropout, Flatten, Conv1D, InputLayer
from keras.models import Sequential


def mlp(batch_size, n_features, hidden=(16, 8), classes=3):
    model = Sequential()
    for i, n in enumerate(hidden):
        if i == 0:
            model.add(Dense(n, activation="relu", batch_input_shape=(batch_size, n_features)))
        else:
            model.add(Dense(n, activation="relu"))
        model.add(Dropout(0.2))
    model.add(Dense(classes, activation="softmax"))
    return model


def cnn(steps, channels, filters=(4, 8)):
    model = Sequential()
    model.add(InputLayer(batch_input_shape=(None, steps, channels)))
    for n in filters:
        model.add(Conv1D(n, 3, activation="relu"))
    model.add(Flatten())
    model.add(Dense(1))
    return model


model = mlp(None, 10)
conv = cnn(20, 2)
