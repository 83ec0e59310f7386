from tensorflow.python.keras.layers import Conv2D, Dense, Flatten, MaxPooling2D
from tensorflow.python.keras.models import Sequential

model = Sequential(
    [
        Conv2D(8, 3, activation="relu", input_shape=(16, 16, 1)),
        MaxPooling2D(),
        Flatten(),
        Dense(3, activation="softmax"),
    ]
)
