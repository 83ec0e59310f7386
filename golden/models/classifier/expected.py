"""Classify handwritten digits with a small convolutional network."""
import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras
from torch import nn
from torch.nn import functional as F

EPOCHS = 20
BATCH_SIZE = 64

# 1,797 images of 8x8 pixels with values 0 to 16
digits = load_digits()
x = digits.images[..., np.newaxis].astype("float32") / 16.0
# TODO(tf2torch) T2T103: `keras.utils.to_categorical` is left as it is
y = keras.utils.to_categorical(digits.target, 10)
x_train, y_train = x[:1500], y[:1500]
x_test, y_test = x[1500:], y[1500:]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(1, 32, 3)  # edges and strokes
        self.dropout = nn.Dropout(0.25)
        self.dense = nn.Linear(288, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))  # edges and strokes
        x = F.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = self.dropout(x)
        return F.softmax(self.dense(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
# TODO(tf2torch) T2T101: `compile` is left as it is; the model is an nn.Module now
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])

# TODO(tf2torch) T2T101: `fit` is left as it is; the model is an nn.Module now
history = model.fit(
    x_train,
    y_train,
    batch_size=BATCH_SIZE,
    epochs=EPOCHS,
    validation_split=0.1,
    callbacks=[keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)],
)
print("best val_loss:", min(history.history["val_loss"]))

# TODO(tf2torch) T2T101: `evaluate` is left as it is; the model is an nn.Module now
test_loss, test_acc = model.evaluate(x_test, y_test)
print(f"test accuracy: {test_acc:.3f}")

# TODO(tf2torch) T2T101: `predict` is left as it is; the model is an nn.Module now
probabilities = model.predict(x_test[:5])
print(probabilities.argmax(axis=-1), digits.target[1500:1505])
