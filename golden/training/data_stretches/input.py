import numpy as np
from tensorflow import keras

t = np.arange(300.0) / 20
temperature = np.sin(t)
raw_data = np.stack([temperature, np.cos(t), t / 20], axis=1)
num_train, num_val = 150, 70
sampling_rate = 2
sequence_length = 6
delay = sampling_rate * (sequence_length + 2 - 1)
batch_size = 16

# each part of the series begins where the one before ends
train_dataset = keras.utils.timeseries_dataset_from_array(
    raw_data[:-delay],
    targets=temperature[delay:],
    sampling_rate=sampling_rate,
    sequence_length=sequence_length,
    batch_size=batch_size,
    start_index=0,
    end_index=num_train,
)
val_dataset = keras.utils.timeseries_dataset_from_array(
    raw_data[:-delay],
    targets=temperature[delay:],
    sampling_rate=sampling_rate,
    sequence_length=sequence_length,
    batch_size=batch_size,
    start_index=num_train,
    end_index=num_train + num_val,
)
tests = []
for start in (num_train, num_train + num_val):
    test_dataset = keras.utils.timeseries_dataset_from_array(
        raw_data[:-delay],
        temperature[delay:],
        sequence_length,
        sampling_rate=sampling_rate,
        batch_size=batch_size,
        start_index=start,
    )
    tests.append(sum(len(targets) for _, targets in test_dataset))

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
print(model.evaluate(val_dataset))
