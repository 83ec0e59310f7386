import numpy as np
from keras.callbacks import EarlyStopping
from keras.layers import Dense, Input
from keras.models import Model
from keras.optimizers import SGD
from sklearn.datasets import load_breast_cancer

x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)

inputs = Input(shape=(30,))
hidden = Dense(16, activation="tanh")(inputs)
outputs = Dense(1, activation="sigmoid")(hidden)
model = Model(inputs, outputs)

# a small step is enough here
model.compile(SGD(0.05), "binary_crossentropy", metrics=["accuracy"])

early_stopping = EarlyStopping(monitor="val_accuracy", patience=2)
history = model.fit(
    x,
    y,
    epochs=8,
    batch_size=16,
    verbose=2,
    validation_split=0.25,
    callbacks=[early_stopping],
)

scores = model.evaluate(x, y, verbose=0)
print("accuracy: %.2f%%" % (scores[1] * 100))
classes = (model.predict(x[:10]) > 0.5).astype(int)
print(classes.ravel(), np.round(history.history["accuracy"], 3), len(history.epoch))
