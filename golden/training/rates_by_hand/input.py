import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras import backend as K

images, labels = load_digits(return_X_y=True)
images = images / 16.0
model = keras.Sequential([
    layers.Input((64,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.SGD(0.125, momentum=0.5), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(images, labels, epochs=2, shuffle=False)
K.set_value(model.optimizer.learning_rate, 0.03125)
model.fit(images, labels, epochs=1)
# slower
model.optimizer.learning_rate.assign(0.015625)
model.fit(images, labels, initial_epoch=history.epoch[-1], epochs=3)
for step in range(3):
    model.optimizer.learning_rate = model.optimizer.learning_rate.numpy() / 2
    model.train_on_batch(images[:100], labels[:100])
    print(step, "rate", float(model.optimizer.learning_rate))
K.set_value(model.optimizer.learning_rate, K.get_value(model.optimizer.learning_rate) * 0.5)
rate = K.get_value(model.optimizer.learning_rate)
model.fit(images, labels, epochs=1)
loss, acc = model.evaluate(images, labels)
