from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input((9, 1))
# None: how many steps there are is forgotten
x = layers.EinsumDense("abc,dc->abd", (None, 3))(inputs)
head = keras.Sequential([layers.Reshape((-1, 3)), layers.Conv1D(2, 1)])
model = keras.Model(inputs, head(x))

bins = keras.Input((4,))
y = layers.Discretization([-0.5, 0.0, 0.5])(bins)
leaky = keras.Model(bins, layers.Dense(2)(layers.LeakyReLU()(y)))
