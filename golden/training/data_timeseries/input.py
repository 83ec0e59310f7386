import numpy as np
from tensorflow import keras

t = np.arange(300.0) / 20
temperature = np.sin(t)
raw_data = np.stack([temperature, np.cos(t), t / 20], axis=1)
sequence_length = 12
sampling_rate = 2
delay = sampling_rate * (sequence_length + 2 - 1)
num_train = 200

train_dataset = keras.utils.timeseries_dataset_from_array(
    raw_data[:num_train],
    targets=temperature[delay:num_train],
    sampling_rate=sampling_rate,
    sequence_length=sequence_length,
    batch_size=16,
)
val_dataset = keras.preprocessing.timeseries_dataset_from_array(
    raw_data[num_train:], temperature[num_train + delay :], sequence_length, 3, 2, batch_size=8
)
only = keras.utils.timeseries_dataset_from_array(temperature, None, sequence_length=5)
for samples, targets in train_dataset:
    print("samples shape:", samples.shape)
    break
count = sum(len(batch) for batch in only)
model = keras.Sequential(
    [
        keras.layers.Input((sequence_length, 3)),
        keras.layers.Flatten(),
        keras.layers.Dense(8, activation="relu"),
        keras.layers.Dense(1),
    ]
)
model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
history = model.fit(train_dataset, epochs=2, validation_data=val_dataset)
score = model.evaluate(val_dataset)
pred = model.predict(val_dataset)
