from sklearn.datasets import load_digits
from tensorflow import keras

digits = load_digits()
images, labels = digits.data / 16.0, digits.target

model = keras.Sequential(
    [
        keras.layers.Input(shape=(64,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(10),
    ]
)
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss_fn, metrics=["accuracy"])

model.fit(images[:1500], labels[:1500], epochs=3)
model.evaluate(images[1500:], labels[1500:], verbose=2)

probability_model = keras.Sequential([model, keras.layers.Softmax()])
