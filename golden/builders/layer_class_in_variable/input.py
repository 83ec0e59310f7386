from keras import Model
from keras.layers import GRU, LSTM, Conv2D, Dense, Dropout, Embedding, Input
from keras.layers import GlobalMaxPooling2D, SpatialDropout2D

RNN = LSTM
DO = SpatialDropout2D

image = Input((20, 20, 3))
x = Conv2D(8, 3, activation="relu")(image)
x = DO(0.2)(x)
x = Conv2D(8, 3, activation="relu")(x)
x = DO(0.2)(x)
x = GlobalMaxPooling2D()(x)
vision = Model(image, x)

text = Input((12,), dtype="int32")
y = Embedding(100, 16)(text)
y = RNN(8)(y)
language = Model(text, y)
