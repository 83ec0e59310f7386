"""A model that names its outputs: losses, metrics, targets and predictions go by the names."""
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(3)
reviews = rng.normal(size=(120, 12))
stars = reviews[:, :4].sum(axis=1, keepdims=True)
topic = np.argmax(reviews[:, 4:8], axis=1)
urgent = (reviews[:, 8] > 0).astype("float32")

inputs = keras.Input((12,), name="review")
features = layers.Dense(16, activation="relu")(inputs)
heads = {
    "topic": layers.Dense(4, activation="softmax", name="topic")(features),
    "urgent": layers.Dense(1, activation="sigmoid", name="urgent")(features),
    "stars": layers.Dense(1, name="stars")(features),
}
model = keras.Model(inputs=inputs, outputs=heads)
model.compile(
    optimizer=keras.optimizers.SGD(0.05),
    loss={
        "topic": "sparse_categorical_crossentropy",
        "urgent": "binary_crossentropy",
        "stars": "mse",
    },
    loss_weights={"topic": 1.0, "urgent": 0.5, "stars": 0.2},
    metrics={"topic": ["accuracy"], "stars": ["mae"]},
)

targets = {"topic": topic, "urgent": urgent, "stars": stars}
train = {name: values[:90] for name, values in targets.items()}
held_out = {name: values[90:] for name, values in targets.items()}
history = model.fit(
    reviews[:90],
    train,
    validation_data=(reviews[90:], held_out),
    epochs=3,
    batch_size=30,
)
print(history.history["val_topic_accuracy"])

# what it says of the reviews that it has not seen
predictions = model.predict(reviews[90:])
for name, values in predictions.items():
    print(name, values.shape)
found = predictions["topic"].argmax(axis=1)
alarms = int((predictions["urgent"] > 0.5).sum())
