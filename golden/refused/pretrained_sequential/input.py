from keras.applications.vgg16 import VGG16
from keras.layers import Dense, Flatten
from keras.models import Sequential

base = VGG16(weights="imagenet", include_top=False, input_shape=(150, 150, 3))
# fine-tune the last block
for layer in base.layers[:-4]:
    layer.trainable = False

model = Sequential([base, Flatten(), Dense(256, activation="relu"), Dense(1, activation="sigmoid")])


def frozen_classifier():
    base = VGG16(weights="imagenet", include_top=False, input_shape=(64, 64, 3))
    for layer in base.layers:
        layer.trainable = False
    classifier = Sequential()
    classifier.add(base)
    classifier.add(Flatten())
    classifier.add(Dense(10, activation="softmax"))
    return classifier
