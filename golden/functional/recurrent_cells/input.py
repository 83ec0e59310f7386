from tensorflow import keras
from tensorflow.keras import layers

steps = keras.Input((5, 4))
h = keras.Input((3,))
stacked = layers.RNN([layers.LSTMCell(6), layers.GRUCell(3)], return_sequences=True)(steps)
stacked = layers.RNN(
    layers.StackedRNNCells([layers.SimpleRNNCell(4), layers.LSTMCell(2)]), go_backwards=True
)(stacked)
# two steps by hand
cell = layers.GRUCell(3, kernel_initializer="he_normal")
first, h_1 = cell(steps[:, 0], h)
second, [h_2] = layers.SimpleRNNCell(3, activation="relu")(first, [h_1])
model = keras.Model([steps, h], [stacked, second, h_2])
