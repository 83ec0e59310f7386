import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Conv2D, Input
from tensorflow.keras.metrics import BinaryIoU, MeanIoU
from tensorflow.keras.models import Model


def dice_coef(y_true, y_pred, smooth=1.0):
    intersection = K.sum(K.flatten(y_true) * K.flatten(y_pred))
    return (2.0 * intersection + smooth) / (K.sum(y_true) + K.sum(y_pred) + smooth)


def dice_loss(y_true, y_pred):
    return 1 - dice_coef(y_true, y_pred)


def build(filters):
    inputs = Input((8, 8, 1))
    x = Conv2D(filters, 3, activation="relu", padding="same")(inputs)
    outputs = Conv2D(1, 1, activation="sigmoid")(x)
    return Model(inputs, outputs)


images, _ = load_digits(return_X_y=True)
images = images[:120].reshape(-1, 8, 8, 1) / 16.0
masks = (images > 0.5).astype("float64")

functions = [dice_coef]
model = build(4)
model.compile(optimizer="sgd", loss=dice_loss, metrics=functions)
history = model.fit(images, masks, batch_size=50, epochs=2, verbose=0)
print(history.history["dice_coef"])

metrics = [dice_coef, BinaryIoU([1], threshold=0.5, name="iou"), MeanIoU(num_classes=2)]
scores = {}
for filters in (2, 6):
    segmenter = build(filters)
    segmenter.compile(optimizer="sgd", loss="binary_crossentropy", metrics=metrics)
    segmenter.fit(images, masks, batch_size=50, epochs=1, verbose=0)
    scores[filters] = segmenter.predict(images[:1], verbose=0).mean()
print(scores)
