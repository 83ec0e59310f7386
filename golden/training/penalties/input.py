import numpy as np
from sklearn.datasets import load_wine
from tensorflow.keras import Input, Sequential, regularizers
from tensorflow.keras.layers import BatchNormalization, Dense, Dropout
from tensorflow.keras.optimizers import SGD
from tensorflow.keras.utils import to_categorical

NUM_CLASSES = 3

wine = load_wine()
features = (wine.data - wine.data.mean(0)) / wine.data.std(0)
labels = to_categorical(wine.target, NUM_CLASSES)
order = np.random.default_rng(1).permutation(len(features))
features, labels = features[order], labels[order]

model = Sequential(name="wine")
model.add(Input(shape=(13,)))
model.add(
    Dense(
        32,
        activation="relu",
        kernel_initializer="he_normal",
        kernel_regularizer=regularizers.l2(0.001),
    )
)
model.add(Dropout(0.5))
model.add(Dense(32, activation="relu", kernel_regularizer=regularizers.l2(0.001)))
model.add(Dense(NUM_CLASSES, activation="softmax"))

model.compile(
    optimizer=SGD(learning_rate=0.05),
    loss="categorical_crossentropy",
    metrics=["accuracy"],  # of the training data
)
history = model.fit(
    features, labels, epochs=5, batch_size=16, validation_split=0.2, verbose=1
)
print(np.mean(history.history["loss"]))
