import tensorflow as tf
from sklearn.datasets import load_digits

AUTOTUNE = tf.data.AUTOTUNE
x, y = load_digits(return_X_y=True)
x = (x / 16.0).astype("float32").reshape(-1, 8, 8, 1)

# in random order
train_ds = tf.data.Dataset.from_tensor_slices((x[:1500], y[:1500]))
train_ds = train_ds.shuffle(1500).batch(32).prefetch(AUTOTUNE)
test_ds = tf.data.Dataset.from_tensor_slices((x[1500:], y[1500:])).batch(32)

model = tf.keras.Sequential([
    tf.keras.layers.Conv2D(16, 3, activation="relu", input_shape=(8, 8, 1)),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(10),
])
model.compile(
    optimizer="sgd",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
history = model.fit(train_ds, epochs=3, validation_data=test_ds)
score = model.evaluate(test_ds)
