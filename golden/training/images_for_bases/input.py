import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras.applications import densenet, mobilenet_v2
from tensorflow.keras.applications.imagenet_utils import preprocess_input
from tensorflow.keras.applications.vgg16 import preprocess_input as preprocess_vgg

digits = load_digits()
images = np.repeat(digits.images[:200, :, :, np.newaxis], 3, axis=-1) * 15.0
labels = digits.target[:200]


def prepare(images, kind):
    """Images as one or another pretrained model wants them."""
    if kind == "mobilenet":
        return mobilenet_v2.preprocess_input(images)
    return densenet.preprocess_input(images)


scores = []
for kind in ("mobilenet", "densenet"):
    x = prepare(images.copy(), kind)
    scores.append(x.mean())
bgr = preprocess_vgg(images.copy())
by_mode = preprocess_input(images.copy(), mode="torch")
x = images.copy()
# one batch with a single image
first = np.expand_dims(x[0], axis=0)
first = preprocess_vgg(first)

model = keras.Sequential(
    [
        keras.layers.Conv2D(4, 3, activation="relu", input_shape=(8, 8, 3)),
        keras.layers.Flatten(),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
x = mobilenet_v2.preprocess_input(images)
model.fit(x, labels, epochs=2, verbose=0)
predictions = model.predict(x[:5], verbose=0)
