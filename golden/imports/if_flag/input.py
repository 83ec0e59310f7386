"""The same model with either package."""

import os

TF = bool(os.environ.get("USE_TF", 1))

if TF:
    from tensorflow.keras import Sequential
    from tensorflow.keras.layers import Dense, Dropout, Input
else:
    from keras import Sequential
    from keras.layers import Dense, Dropout, Input

model = Sequential()
model.add(Input((6,)))
for units in [16, 8]:
    model.add(Dense(units, activation="relu"))
    model.add(Dropout(0.1))
model.add(Dense(1))
