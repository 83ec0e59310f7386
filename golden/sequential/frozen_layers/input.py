from keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from keras.models import Sequential

model = Sequential()
for filters in (4, 8):
    model.add(Conv2D(filters, 3, activation="relu"))
    model.add(MaxPooling2D())
model.add(Flatten())
# what was learned before stays
for layer in model.layers:
    layer.trainable = False
model.add(Dense(16, activation="relu"))
model.add(Dropout(0.5))
model.add(Dense(10, activation="softmax"))
model.build((None, 28, 28, 1))

tagger = Sequential([Dense(8, input_shape=(4,)), Dense(8), Dense(2)])
for layer in tagger.layers[:-1]:
    layer.trainable = False
