import numpy as np
from sklearn.datasets import load_digits
from tensorflow.keras import layers, models
from tensorflow.keras.preprocessing.image import ImageDataGenerator

x, y = load_digits(return_X_y=True)
x = x.reshape(-1, 8, 8, 1)[:200] / 16.0
y = np.eye(10)[y[:200]]

model = models.Sequential([
    layers.Conv2D(4, 3, activation="relu", input_shape=(8, 8, 1)),
    layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])

datagen = ImageDataGenerator(horizontal_flip=True)
losses = []
for epoch in range(2):
    batches = 0
    for x_batch, y_batch in datagen.flow(x, y, batch_size=32):
        loss, accuracy = model.train_on_batch(x_batch, y_batch)
        losses.append(loss)
        batches += 1
        if batches >= len(x) / 32:
            # the generator goes on without end
            break
test_flow = ImageDataGenerator().flow(x, y, batch_size=64, shuffle=False)
for step, (x_batch, y_batch) in enumerate(test_flow):
    if step == 5:
        break
    losses.append(model.test_on_batch(x_batch, y_batch)[0])
print(len(losses), losses[-1])
