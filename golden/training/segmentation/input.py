import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from tensorflow.keras.layers import Conv2D, Conv2DTranspose, Input, MaxPooling2D, concatenate
from tensorflow.keras.models import Model

images = load_digits().images[:400, :, :, np.newaxis] / 16.0
masks = (images > 0.5).astype(np.float32)


def unet(input_size=(8, 8, 1)):
    inputs = Input(input_size)
    c1 = Conv2D(8, 3, activation="relu", padding="same")(inputs)
    p1 = MaxPooling2D((2, 2))(c1)
    c2 = Conv2D(16, 3, activation="relu", padding="same")(p1)
    u1 = Conv2DTranspose(8, (2, 2), strides=(2, 2), padding="same")(c2)
    u1 = concatenate([u1, c1])
    outputs = Conv2D(1, (1, 1), activation="sigmoid")(u1)
    model = Model(inputs=[inputs], outputs=[outputs])
    model.compile(optimizer=tf.keras.optimizers.SGD(0.1), loss="binary_crossentropy", metrics=["accuracy"])
    return model


model = unet()
history = model.fit(images, masks, validation_split=0.1, batch_size=40, epochs=2)
predicted = model.predict(images[-10:], verbose=1)
predicted_t = (predicted > 0.5).astype(np.uint8)
iou = (predicted_t * masks[-10:]).sum() / np.maximum(predicted_t, masks[-10:]).sum()
