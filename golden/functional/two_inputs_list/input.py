"""Predict a price from a description's numbers and a small image."""

from tensorflow.keras.layers import Input, Dense, Conv2D, Flatten, MaxPooling2D
from tensorflow.keras.layers import concatenate
from tensorflow.keras.models import Model

# Numbers: bedrooms, area, zip code ...
numbers = Input(shape=(10,), name="numbers")
x1 = Dense(8, activation="relu")(numbers)
x1 = Dense(4, activation="relu")(x1)

# The picture of the house
image = Input(shape=(32, 32, 3), name="image")
x2 = Conv2D(16, (3, 3), padding="same", activation="relu")(image)
x2 = MaxPooling2D((2, 2))(x2)
x2 = Flatten()(x2)
x2 = Dense(4, activation="relu")(x2)

combined = concatenate([x1, x2])
z = Dense(4, activation="relu")(combined)
price = Dense(1, activation="linear", name="price")(z)

model = Model(inputs=[numbers, image], outputs=price)
