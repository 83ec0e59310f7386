"""A trained network, and what its first layers make of an image."""
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers, models

rng = np.random.default_rng(5)
images = rng.random((48, 12, 12, 1))
labels = (images[:, :6].mean(axis=(1, 2, 3)) > 0.5).astype("float32")

classifier = models.Sequential(
    [
        keras.Input((12, 12, 1)),
        layers.Conv2D(4, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(6, (3, 3), activation="relu"),
        layers.Flatten(),
        layers.Dense(1, activation="sigmoid"),
    ]
)
classifier.compile(loss="binary_crossentropy", optimizer="sgd", metrics=["accuracy"])
classifier.fit(images, labels, epochs=2, batch_size=16)

# Extracts the outputs of the top layers
layer_outputs = [layer.output for layer in classifier.layers[:3]]
# Creates a model that will return these outputs, given the model input
activation_model = models.Model(inputs=classifier.inputs, outputs=layer_outputs)
activations = activation_model.predict(images[:1])
first_layer_activation = activations[0]
print(first_layer_activation.shape)

for number, activation in enumerate(activations):
    n_features = activation.shape[-1]
    print(number, n_features, float(activation.mean()))
