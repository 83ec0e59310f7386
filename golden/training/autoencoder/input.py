import keras
from keras import layers
from keras.regularizers import l1
from sklearn.datasets import load_digits

# This is the size of our encoded representations
encoding_dim = 12

# This is our input image
input_img = keras.Input(shape=(64,))
encoded = layers.Dense(encoding_dim, activation='relu')(input_img)
decoded = layers.Dense(64, activation='sigmoid')(encoded)

# This model maps an input to its reconstruction
autoencoder = keras.Model(input_img, decoded)

# This model maps an input to its encoded representation
encoder = keras.Model(input_img, encoded)

autoencoder.compile(optimizer='sgd', loss='binary_crossentropy')

x_all = load_digits().data
x_train = x_all[:1400].astype('float32') / 16.
x_test = x_all[1400:].astype('float32') / 16.
print(x_train.shape)

autoencoder.fit(x_train, x_train,
                epochs=3,
                batch_size=256,
                shuffle=True,
                validation_data=(x_test, x_test))

encoded_imgs = encoder.predict(x_test)
decoded_imgs = autoencoder.predict(x_test)
mean_code = encoded_imgs.mean()
