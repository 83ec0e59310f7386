import numpy as np
from keras.models import Sequential
from keras.layers import Dense
from keras.wrappers.scikit_learn import KerasClassifier
from sklearn.model_selection import cross_val_score


def create_model():
    model = Sequential()
    model.add(Dense(12, input_dim=8, activation="relu"))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


X = np.random.rand(64, 8)
Y = (X.sum(axis=1) > 4).astype(int)
model = KerasClassifier(build_fn=create_model, epochs=10, batch_size=10, verbose=0)
results = cross_val_score(model, X, Y, cv=3)
print(results.mean())
