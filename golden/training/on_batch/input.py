import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

x, y = load_digits(return_X_y=True)
x = x / 16.0
x_train, y_train = x[:1500], y[:1500]
x_test, y_test = x[1500:], y[1500:]

model = keras.Sequential([
    keras.Input((64,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy", metrics=["accuracy"])

batch_size = 50
history = []
for epoch in range(2):
    for i in range(0, len(x_train), batch_size):
        loss, acc = model.train_on_batch(x_train[i:i + batch_size], y_train[i:i + batch_size])
        history.append(loss)
    val = model.test_on_batch(x_test, y_test)
    print("epoch %d: loss %.4f acc %.4f, val %s" % (epoch, loss, acc, val))
logs = model.test_on_batch(x_test, y_test, return_dict=True)
print(logs["accuracy"])
p = model.predict_on_batch(x_test[:5])
print(p.argmax(axis=1))
