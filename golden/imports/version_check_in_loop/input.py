from packaging import version

import tensorflow as tf

if version.parse(tf.__version__) >= version.parse("2.0"):
    import tensorflow.keras as keras
    from tensorflow.keras.layers import Dense, Dropout
else:
    import keras
    from keras.layers import Dense, Dropout

model = keras.Sequential()
model.add(keras.layers.InputLayer(input_shape=(7,)))
for n in (6, 5):
    model.add(Dense(n, activation="relu"))
    model.add(Dropout(0.1))
model.add(Dense(1))
