import numpy as np
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Input, Dense
from tensorflow.keras.models import Model
from sklearn.datasets import load_diabetes


def root_mean_squared_error(y_true, y_pred):
    return K.sqrt(K.mean(K.square(y_pred - y_true)))


def r_square(y_true, y_pred):
    SS_res = K.sum(K.square(y_true - y_pred))
    SS_tot = K.sum(K.square(y_true - K.mean(y_true)))
    return 1 - SS_res / (SS_tot + K.epsilon())


x, y = load_diabetes(return_X_y=True)
y = y.reshape(-1, 1) / 100.0

inp = Input(shape=(10,))
h = Dense(32, activation='relu')(inp)
out = Dense(1)(h)
model = Model(inp, out)
model.compile(optimizer='sgd', loss=root_mean_squared_error, metrics=[r_square, 'mae'])
hist = model.fit(x, y, batch_size=32, epochs=3, verbose=0, validation_split=0.1)
print(hist.history['val_r_square'])
