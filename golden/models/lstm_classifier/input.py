import tensorflow as tf

# Integer sequences in, one of ten classes out
model = tf.keras.Sequential(
    [
        tf.keras.layers.Embedding(1000, 128),
        tf.keras.layers.LSTM(128),
        tf.keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
