import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from sklearn.datasets import load_breast_cancer, load_wine

x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)

model = Sequential()
model.add(Dense(8, activation="relu", input_dim=30))
model.add(Dense(1, activation="sigmoid"))
model.compile(optimizer="sgd", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=2, batch_size=32, verbose=0)
# malignant or not
classes = model.predict_classes(x[:10])
chances = model.predict_proba(x[:10], batch_size=5)
print(classes[:, 0], chances.round(3))

wines, kinds = load_wine(return_X_y=True)
wines = (wines - wines.mean(axis=0)) / wines.std(axis=0)
if len(wines) > 10:
    tasting = Sequential([Dense(3, input_shape=(13,), activation="softmax")])
    tasting.compile("sgd", "sparse_categorical_crossentropy")
    for epoch in range(2):
        tasting.fit(wines, kinds, epochs=1, verbose=0)
        right = np.mean(tasting.predict_classes(wines, verbose=0) == kinds)
        print(epoch, right)
