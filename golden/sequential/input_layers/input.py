"""What a model takes, in every spelling."""

import keras
from keras import layers
from keras.layers import Activation, Dense, InputLayer
from keras.models import Sequential

first = Sequential([InputLayer(input_shape=(8,)), Dense(4), Activation("tanh")])
second = Sequential()
second.add(InputLayer(batch_input_shape=(None, 8)))
second.add(Dense(4, activation="tanh"))
third = Sequential([Dense(4, input_dim=8), Dense(2)])
fourth = Sequential([Dense(4, batch_input_shape=(None, 8)), Dense(2)])
fifth = Sequential([keras.Input(batch_shape=(None, 6, 6, 1)), layers.Flatten(), Dense(2)])
