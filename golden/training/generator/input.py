import numpy as np
from keras.layers import Conv1D, Dense, GlobalMaxPooling1D
from keras.models import Sequential
from sklearn.datasets import load_digits

images, labels = load_digits(return_X_y=True)
rows = images.reshape(-1, 8, 8) / 16.0
BATCH_SIZE = 64


def batch_generator(x, y, batch_size=BATCH_SIZE):
    """Yields batches without end."""
    n = len(x) // batch_size
    while True:
        for i in range(n):
            batch_x = x[i * batch_size : (i + 1) * batch_size]
            batch_y = y[i * batch_size : (i + 1) * batch_size]
            yield batch_x, batch_y


train_gen = batch_generator(rows[:1400], labels[:1400])

model = Sequential()
model.add(Conv1D(16, 3, activation='relu', input_shape=(8, 8)))
model.add(GlobalMaxPooling1D())
model.add(Dense(10, activation='softmax'))
model.compile(loss='sparse_categorical_crossentropy', optimizer='sgd', metrics=['accuracy'])

# a part of the data in each epoch
history = model.fit(train_gen,
                    steps_per_epoch=15,
                    epochs=3,
                    validation_data=(rows[1400:], labels[1400:]))
loss, accuracy = model.evaluate(batch_generator(rows, labels, 100), steps=10)
print(f"{accuracy:.3f}", history.history["val_loss"])
