from tensorflow.keras.layers import Dense, Dropout, Input
from tensorflow.keras.models import Sequential

units = [32, 16, 8]
rates = [0.5, 0.0, 0.1]

model = Sequential()
model.add(Input((10,)))
for i, (n, rate) in enumerate(zip(units, rates)):
    model.add(Dense(n, activation="relu", name=f"hidden_{i}"))
    # not every layer is regularized
    if rate > 0:
        model.add(Dropout(rate))
model.add(Dense(1))
