import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

images, digits = load_digits(return_X_y=True)
images = images / 16.0
x_train, y_train = images[:1500], digits[:1500]
x_test, y_test = images[1500:], digits[1500:]

model = tf.keras.models.Sequential([
    tf.keras.layers.Input((64,)),
    tf.keras.layers.Dense(32, activation="relu"),
    tf.keras.layers.Dense(10),
])
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer="sgd", loss=loss_fn, metrics=["accuracy"])
model.fit(x_train, y_train, epochs=2, verbose=0)

# One image
logits = model(x_test[:1]).numpy()
probabilities = tf.nn.softmax(logits).numpy()
loss = loss_fn(y_test[:1], logits).numpy()
print(f"{100 * np.max(probabilities):.1f} % sure of {np.argmax(probabilities)}")

# All of them
predictions = model.predict(x_test)
labels = tf.argmax(predictions, axis=1).numpy()
accuracy = tf.reduce_mean(tf.cast(tf.equal(labels, y_test), tf.float32)).numpy()
print("accuracy", accuracy, "wrong", np.nonzero(labels != y_test)[0][:5])

# How far the scores are off
one_hot = tf.keras.utils.to_categorical(y_test, 10)
errors = tf.reduce_mean(tf.square(predictions - one_hot), axis=1).numpy()
worst = tf.argmax(errors)
print(worst, np.sqrt(errors.max()), tf.argmax(one_hot, axis=1)[:5])
