import numpy as np
from sklearn.datasets import load_digits
from tensorflow.keras import layers, optimizers, Model, Input
from tensorflow.keras import backend as K

digits = load_digits()
images = digits.images[..., None] / 16.0
labels = digits.target


def make_pairs(images, labels, n, seed=0):
    rng = np.random.RandomState(seed)
    left, right, same = [], [], []
    for i in range(n):
        a = rng.randint(len(images))
        if i % 2 == 0:
            b = rng.choice(np.flatnonzero(labels == labels[a]))
        else:
            b = rng.choice(np.flatnonzero(labels != labels[a]))
        left.append(images[a])
        right.append(images[b])
        same.append(float(labels[a] == labels[b]))
    return np.array(left), np.array(right), np.array(same)


def embedding_network(input_shape):
    inputs = Input(shape=input_shape)
    x = layers.Conv2D(8, 3, activation="relu")(inputs)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    outputs = layers.Dense(16, activation="relu")(x)
    return Model(inputs, outputs, name="embedding")


embedding = embedding_network((8, 8, 1))
input_a = Input(shape=(8, 8, 1))
input_b = Input(shape=(8, 8, 1))
feat_a = embedding(input_a)
feat_b = embedding(input_b)
distance = layers.Lambda(lambda t: K.abs(t[0] - t[1]))([feat_a, feat_b])
output = layers.Dense(1, activation="sigmoid")(distance)
siamese = Model(inputs=[input_a, input_b], outputs=output)
siamese.compile(loss="binary_crossentropy", optimizer=optimizers.SGD(0.05), metrics=["accuracy"])

left, right, same = make_pairs(images, labels, 400)
hist = siamese.fit([left, right], same, validation_split=0.25, batch_size=32, epochs=3)
acc = hist.history["val_accuracy"][-1]
scores = siamese.predict([left[:10], right[:10]])
