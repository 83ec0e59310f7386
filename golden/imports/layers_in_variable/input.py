import tensorflow as tf

layers = tf.keras.layers
Sequential = tf.keras.models.Sequential

model = Sequential(
    [
        layers.Input((10,)),
        layers.Dense(8, activation=tf.nn.relu),
        layers.Dense(2, activation=tf.keras.activations.softmax),
    ]
)
