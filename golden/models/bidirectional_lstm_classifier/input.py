import tensorflow as tf
from tensorflow.keras.layers import LSTM, Bidirectional, Dense, Embedding

model = tf.keras.Sequential(
    [
        Embedding(1000, 128),
        Bidirectional(LSTM(128)),  # the backward half reads from the end
        Dense(10, activation="softmax"),
    ]
)
