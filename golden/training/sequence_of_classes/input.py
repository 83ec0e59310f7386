import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras.layers import Dense, Input
from tensorflow.keras.models import Model
from tensorflow.keras.utils import to_categorical


class DataGenerator(keras.utils.Sequence):
    "Generates data for Keras"

    def __init__(self, list_IDs, labels, batch_size=32, n_classes=10, shuffle=False):
        "Initialization"
        self.batch_size = batch_size
        self.labels = labels
        self.list_IDs = list_IDs
        self.n_classes = n_classes
        self.shuffle = shuffle

    def __len__(self):
        "Denotes the number of batches per epoch"
        return int(np.floor(len(self.list_IDs) / self.batch_size))

    def __getitem__(self, index):
        "Generate one batch of data"
        ids = self.list_IDs[index * self.batch_size : (index + 1) * self.batch_size]
        X, y = self.__data_generation(ids)
        return X, y

    def __data_generation(self, ids):
        "Generates data containing batch_size samples"
        X = np.empty((len(ids), 64))
        y = np.empty((len(ids)), dtype=int)
        for i, ID in enumerate(ids):
            # Store sample and class
            X[i] = images[ID] / 16
            y[i] = self.labels[ID]
        return X, to_categorical(y, num_classes=self.n_classes)


images, target = load_digits(return_X_y=True)
ids = list(range(500))
training_generator = DataGenerator(ids[:400], target, batch_size=40)
validation_generator = DataGenerator(ids[400:], target)

inputs = Input((64,))
x = Dense(20, activation="relu")(inputs)
model = Model(inputs, Dense(10, activation="softmax")(x))
model.compile("sgd", loss="categorical_crossentropy", weighted_metrics=["accuracy"])
history = model.fit(training_generator, epochs=3, validation_data=validation_generator)
print(history.history["val_accuracy"])
