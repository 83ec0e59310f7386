import numpy as np
from sklearn.datasets import load_iris
from tensorflow import keras

x, y = load_iris(return_X_y=True)

model = keras.Sequential()
model.add(keras.layers.Dense(8, activation="relu", input_shape=(4,)))
print(model.summary())
model.add(keras.layers.Dense(3, activation="softmax"))
print(model.summary())
model.compile("sgd", "sparse_categorical_crossentropy")
for _ in range(2):
    model.fit(x, y, verbose=0)
    model.summary(print_fn=print)
    print(model.summary())
kinds = np.argmax(model.predict(x, verbose=0), axis=1)
