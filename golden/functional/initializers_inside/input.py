from tensorflow import keras
from tensorflow.keras import layers

steps = keras.Input((5, 4))
x = layers.Bidirectional(
    layers.LSTM(3, return_sequences=True, kernel_initializer="he_normal", bias_initializer="ones")
)(steps)
x, last, cell = layers.LSTM(4, return_sequences=True, return_state=True, kernel_initializer="ones")(
    x
)
x = layers.RNN(layers.GRUCell(3, recurrent_initializer="glorot_uniform"))(x)
model = keras.Model(steps, layers.Concatenate()([x, last, cell]))
