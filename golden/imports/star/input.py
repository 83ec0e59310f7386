from keras.models import *
from keras.layers import *


def unet(input_size=(32, 32, 1)):
    inputs = Input(input_size)
    conv1 = Conv2D(8, 3, activation="relu", padding="same")(inputs)
    pool1 = MaxPooling2D(pool_size=(2, 2))(conv1)
    conv2 = Conv2D(16, 3, activation="relu", padding="same")(pool1)
    drop2 = Dropout(0.5)(conv2)
    up3 = Conv2D(8, 2, activation="relu", padding="same")(
        UpSampling2D(size=(2, 2))(drop2)
    )
    merge3 = concatenate([conv1, up3], axis=3)
    conv3 = Conv2D(8, 3, activation="relu", padding="same")(merge3)
    return Model(inputs, Conv2D(1, 1, activation="sigmoid")(conv3))


model = unet()
