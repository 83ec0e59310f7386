from tensorflow.keras import *
from tensorflow.keras.layers import *

net = Sequential()
net.add(Input((20, 3)))
for filters in (8, 16):
    net.add(Conv1D(filters, 3, padding="same", activation="relu"))
    net.add(MaxPooling1D())
net.add(GlobalMaxPooling1D())
net.add(Dense(1))
