import tf_keras
from tf_keras import layers

ids = tf_keras.Input((6,), dtype="int32")
# no regularizer of the activity, no constraint; zeros are masked
x = layers.Embedding(9, 4, "uniform", None, None, None, True)(ids)
x = layers.LSTM(
    3, "tanh", "sigmoid", True, "glorot_uniform", "orthogonal", "zeros", True,
    None, None, None, None, None, None, None, 0.0, 0.0, True,
)(x)  # fmt: skip
x = layers.Identity(True, "names")(x)
x = layers.GRU(3)(x)
text = tf_keras.Model(ids, x)

images = tf_keras.Input((4, 4, 3))
y = layers.RandomContrast(0.2, 7)(images)
y = layers.Flatten()(y)
picture = tf_keras.Model(images, layers.Dense(2)(y))
