import numpy as np
from sklearn.datasets import load_diabetes
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential

X, y = load_diabetes(return_X_y=True)
X, y = X * 10, y.reshape(-1, 1) / 100
X_train, y_train = X[:300], y[:300]
X_val, y_val = X[300:370], y[300:370]
X_test, y_test = X[370:], y[370:]

teacher = Sequential([Dense(16, activation="tanh", input_shape=(10,)), Dense(1)])
teacher.compile("sgd", "mse")
student = Sequential([Dense(1, input_shape=(10,))])
student.compile("sgd", "mae")

teacher.fit(X_train, y_train, validation_data=(X_val, y_val), epochs=3, verbose=0)
# The student learns what the teacher says
student.fit(X_train, teacher.predict(X_train, verbose=0), epochs=2, verbose=0)
teacher.fit(X_train, y_train, validation_data=(X_test, y_test), epochs=2, verbose=0)
student.fit(X_train, teacher.predict(X_train, verbose=0), epochs=2, verbose=0)

print(
    "teacher:",
    teacher.evaluate(X_val, y_val, verbose=0),
    teacher.evaluate(X_test, y_test, verbose=0),
)
print(
    "student:",
    student.evaluate(X_val, y_val, verbose=0),
    student.evaluate(X_test, y_test, verbose=0),
)
gap = teacher.evaluate(X_test, y_test, verbose=0) - student.evaluate(X_test, y_test, verbose=0)
together = (teacher.predict(X_test, verbose=0) + student.predict(X_test, verbose=0)) / 2
error = np.abs(together - y_test).mean()

for i in range(2):
    before = student.evaluate(X_val, y_val, verbose=0)
    student.fit(X_test, y_test, verbose=0)
    after = student.evaluate(X_test, y_test, verbose=0)
    np.random.RandomState(i).shuffle(X_test)
    print(before, after, student.evaluate(X_test, y_test, verbose=0))
