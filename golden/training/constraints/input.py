from sklearn.datasets import load_digits
from tensorflow.keras.constraints import MaxNorm, max_norm
from tensorflow.keras.layers import Conv2D, Dense, Dropout, Flatten, Input
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import SGD

LIMIT = 1.5

digits = load_digits()
x = (digits.images / 16.0).reshape(-1, 8, 8, 1)[:600]
y = digits.target[:600]

model = Sequential()
model.add(Input(shape=(8, 8, 1)))
model.add(Conv2D(6, 3, activation="relu", kernel_constraint=MaxNorm(LIMIT, axis=[0, 1, 2])))
model.add(Flatten())
model.add(Dropout(0.5))
# norms of the incoming weights
model.add(Dense(24, activation="relu", kernel_constraint=max_norm(0.9)))
model.add(Dense(16, activation="relu", kernel_constraint="unit_norm", bias_constraint="non_neg"))
model.add(Dense(10, activation="softmax"))

model.compile(SGD(0.2, momentum=0.5), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, batch_size=50, epochs=3, validation_split=0.1)
print(history.history["val_loss"])
