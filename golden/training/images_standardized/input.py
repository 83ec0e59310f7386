import numpy as np
from sklearn.datasets import load_digits
from tensorflow.keras import layers, models
from tensorflow.keras.preprocessing.image import ImageDataGenerator

digits = load_digits()
x = digits.images[..., np.newaxis].astype("float32")
x_train, y_train = x[:600], digits.target[:600]
x_test, y_test = x[600:800], digits.target[600:800]
batch_size = 50

STANDARDIZE = True
if STANDARDIZE:
    datagen = ImageDataGenerator(
        featurewise_center=True,
        featurewise_std_normalization=True,
        rotation_range=10,
        brightness_range=(0.8, 1.0),
        fill_mode="constant",
        validation_split=0.2,
    )
    # the mean and the deviation of each channel
    datagen.fit(x_train)
else:
    datagen = ImageDataGenerator(samplewise_center=True, validation_split=0.2)

train_gen = datagen.flow(x_train, y_train, batch_size=batch_size, subset="training")
val_gen = datagen.flow(x_train, y_train, batch_size=batch_size, subset="validation")
images, labels = next(val_gen)
print(images.shape, labels.shape, len(train_gen), "batches")

model = models.Sequential()
model.add(layers.Conv2D(8, 3, activation="relu", input_shape=(8, 8, 1)))
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="softmax"))
model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

history = model.fit(train_gen, validation_data=val_gen, epochs=2, verbose=0)
test_gen = datagen.flow(x_test, y_test, batch_size=batch_size, shuffle=False)
loss, accuracy = model.evaluate(test_gen, steps=2, verbose=0)
predicted = model.predict(test_gen, steps=len(x_test) // batch_size)
