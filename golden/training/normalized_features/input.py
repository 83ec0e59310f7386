import numpy as np
import tensorflow as tf
from sklearn.datasets import load_diabetes
from tensorflow import keras
from tensorflow.keras import layers

features, targets = load_diabetes(return_X_y=True, scaled=False)
targets = targets / 100.0
train_features, train_targets = features[:300], targets[:300]

# body mass index alone
bmi = np.array(train_features[:, 2:3])
bmi_normalizer = layers.Normalization(input_shape=[1], axis=None)
bmi_normalizer.adapt(bmi)
bmi_model = keras.Sequential([bmi_normalizer, layers.Dense(units=1)])
bmi_model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mean_absolute_error")
bmi_history = bmi_model.fit(bmi, train_targets, epochs=3, verbose=0, validation_split=0.2)

# all of them
normalizer = layers.Normalization(axis=-1)
normalizer.adapt(np.array(train_features))
model = keras.Sequential()
model.add(keras.Input((10,)))
model.add(normalizer)
model.add(layers.Dense(16, activation="relu"))
model.add(layers.Dense(1))
model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
history = model.fit(train_features, train_targets, epochs=3, verbose=0)
print(model.evaluate(features[300:], targets[300:], verbose=0))
