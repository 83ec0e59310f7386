from tensorflow.keras.layers import Dense, Input
from tensorflow.keras.models import Model


def build(input_dim=10, classes=4):
    inputs = Input((input_dim,))
    x = Dense(16, activation="relu")(inputs)
    x = Dense(8, activation="relu", name="embedding")(x)
    return Model(inputs, Dense(classes, activation="softmax")(x))


classifier = build()
embedding = Model(classifier.input, classifier.get_layer("embedding").output)
small = Model(classifier.input, Dense(3)(classifier.get_layer("embedding").output))
both = Model(classifier.input, [classifier.get_layer("embedding").output, classifier.output])


def with_head():
    classifier = build(8)
    return Model(classifier.input, Dense(3)(classifier.get_layer("embedding").output))


def features():
    classifier = build(8)
    return Model(classifier.input, classifier.get_layer("embedding").output)
