import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Conv2D, Input
from tensorflow.keras.losses import BinaryCrossentropy, binary_crossentropy

bce = BinaryCrossentropy()


def dice_coef(y_true, y_pred, smooth=1.0):
    y_true_f = K.flatten(y_true)
    y_pred_f = K.flatten(y_pred)
    intersection = K.sum(y_true_f * y_pred_f)
    return (2.0 * intersection + smooth) / (K.sum(y_true_f) + K.sum(y_pred_f) + smooth)


def iou(y_true, y_pred):
    both = K.sum(K.abs(y_true * y_pred), axis=[1, 2, 3])
    union = K.sum(y_true, [1, 2, 3]) + K.sum(y_pred, [1, 2, 3]) - both
    return K.mean((both + 1) / (union + 1), axis=0)


def bce_dice_loss(y_true, y_pred):
    return binary_crossentropy(y_true, y_pred) + (1 - dice_coef(y_true, y_pred))


def total_loss(y_true, y_pred):
    return 0.5 * bce(y_true, y_pred) + 1 - dice_coef(y_true, y_pred)


def weighted_bce(weight):
    def weighted(y_true, y_pred):
        each = K.binary_crossentropy(y_true, y_pred)
        return K.mean((y_true * weight + (1.0 - y_true)) * each)

    return weighted


images, _ = load_digits(return_X_y=True)
images = images[:120].reshape(-1, 8, 8, 1) / 16.0
masks = (images > 0.5).astype("float64")


def build_model():
    inputs = Input((8, 8, 1))
    x = Conv2D(4, 3, padding="same", activation="relu")(inputs)
    outputs = Conv2D(1, 1, activation="sigmoid")(x)
    return keras.Model(inputs, outputs)


scores = []
for loss in [total_loss, weighted_bce(2.0)]:
    model = build_model()
    model.compile(optimizer="sgd", loss=loss, metrics=[dice_coef, iou])
    history = model.fit(images, masks, epochs=2, batch_size=30, verbose=0)
    scores.append(history.history["dice_coef"][-1])

whole = build_model()
whole.compile(optimizer="sgd", loss=bce_dice_loss, metrics=[weighted_bce(2.0)])
whole_history = whole.fit(images, masks, epochs=2, batch_size=30, verbose=0)
print(np.round(whole_history.history["weighted"], 4))
