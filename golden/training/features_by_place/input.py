"""Features of a trained classifier, from the layer before its last one; then a new last layer."""

from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from tensorflow import keras
from tensorflow.keras import layers

X, y = load_iris(return_X_y=True)

inputs = keras.Input(shape=(4,))
x = layers.Dense(16, activation="relu")(inputs)
x = layers.Dropout(0.2)(x)
x = layers.Dense(8, activation="tanh", name="embedding")(x)
outputs = layers.Dense(3, activation="softmax")(x)
model = keras.Model(inputs, outputs)
model.compile(optimizer=keras.optimizers.SGD(0.05), loss="sparse_categorical_crossentropy")
history = model.fit(X, y, epochs=3, batch_size=32, verbose=0)
print("layers:", len(model.layers))

# the output of the layer before the last one
extractor = keras.Model(model.input, model.layers[-2].output)
features = extractor.predict(X, verbose=0)
classifier = LogisticRegression().fit(features, y)
print(classifier.score(features, y))

# train the last layer alone
for layer in model.layers[:-1]:
    layer.trainable = False
model.compile(optimizer=keras.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy")
fine_tuned = model.fit(X, y, epochs=2, batch_size=32, verbose=0)
