import tensorflow as tf
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

data, target = load_diabetes(return_X_y=True)
target = target / 100
X_train, X_test, y_train, y_test = train_test_split(
    data, target, test_size=0.2, random_state=0
)

model = tf.keras.models.Sequential()
model.add(tf.keras.layers.Dense(16, activation="relu", input_shape=(10,)))
model.add(tf.keras.layers.Dense(1))

optimizer = tf.keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)
model.compile(loss="mse", optimizer=optimizer, metrics=["mae"])
model.summary()

hist = model.fit(X_train, y_train, epochs=5, validation_data=(X_test, y_test))
print(hist.history.keys())
print(hist.history["val_mae"][-1])

loss, mae = model.evaluate(X_test, y_test, verbose=0)
print("mean absolute error:", mae)

prediction = model.predict(X_test)
print(prediction[:3].ravel(), y_test[:3])
