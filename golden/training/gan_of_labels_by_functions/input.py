"""A conditional GAN on digits."""

from numpy import expand_dims, ones, zeros
from numpy.random import randint, randn, seed
from keras.layers import BatchNormalization, Concatenate, Conv2D, Conv2DTranspose, Dense, Dropout
from keras.layers import Embedding, Flatten, Input, LeakyReLU, Reshape
from keras.models import Model
from keras.optimizers import SGD
from sklearn.datasets import load_digits


# define the standalone discriminator model
def define_discriminator(in_shape=(8, 8, 1), n_classes=10):
    # label input
    in_label = Input(shape=(1,))
    # embedding for categorical input
    li = Embedding(n_classes, 5)(in_label)
    # scale up to image dimensions with linear activation
    n_nodes = in_shape[0] * in_shape[1]
    li = Dense(n_nodes)(li)
    # reshape to additional channel
    li = Reshape((in_shape[0], in_shape[1], 1))(li)
    # image input
    in_image = Input(shape=in_shape)
    # concat label as a channel
    merge = Concatenate()([in_image, li])
    # downsample
    fe = Conv2D(8, (3, 3), strides=(2, 2), padding="same")(merge)
    fe = BatchNormalization()(fe)
    fe = LeakyReLU(alpha=0.25)(fe)
    # flatten feature maps
    fe = Flatten()(fe)
    # dropout
    fe = Dropout(0.4)(fe)
    # output
    out_layer = Dense(1, activation="sigmoid")(fe)
    # define model
    model = Model([in_image, in_label], out_layer)
    # compile model
    opt = SGD(learning_rate=0.03125)
    model.compile(loss="binary_crossentropy", optimizer=opt, metrics=["accuracy"])
    return model


# define the standalone generator model
def define_generator(latent_dim, n_classes=10):
    # label input
    in_label = Input(shape=(1,))
    # embedding for categorical input
    li = Embedding(n_classes, 5)(in_label)
    # linear multiplication
    li = Dense(4 * 4)(li)
    # reshape to additional channel
    li = Reshape((4, 4, 1))(li)
    # image generator input
    in_lat = Input(shape=(latent_dim,))
    # foundation for 4x4 image
    gen = Dense(8 * 4 * 4)(in_lat)
    gen = LeakyReLU(alpha=0.25)(gen)
    gen = Reshape((4, 4, 8))(gen)
    # merge image gen and label input
    merge = Concatenate()([gen, li])
    # upsample to 8x8
    gen = Conv2DTranspose(8, (4, 4), strides=(2, 2), padding="same")(merge)
    gen = LeakyReLU(alpha=0.25)(gen)
    # output
    out_layer = Conv2D(1, (3, 3), activation="tanh", padding="same")(gen)
    # define model
    model = Model([in_lat, in_label], out_layer)
    return model


# define the combined generator and discriminator model, for updating the generator
def define_gan(g_model, d_model):
    # make weights in the discriminator not trainable
    for layer in d_model.layers:
        if not isinstance(layer, BatchNormalization):
            layer.trainable = False
    # get noise and label inputs from generator model
    gen_noise, gen_label = g_model.input
    # get image output from the generator model
    gen_output = g_model.output
    # connect image output and label input from generator as inputs to discriminator
    gan_output = d_model([gen_output, gen_label])
    # define gan model as taking noise and label and outputting a classification
    model = Model([gen_noise, gen_label], gan_output)
    # compile model
    opt = SGD(learning_rate=0.03125)
    model.compile(loss="binary_crossentropy", optimizer=opt)
    return model


# load digits
def load_real_samples():
    images, labels = load_digits(return_X_y=True)
    # expand to 3d, e.g. add channels
    X = expand_dims(images.reshape(-1, 8, 8), axis=-1)
    # scale from [0,16] to [-1,1]
    X = (X.astype("float32") - 8) / 8
    return [X, labels]


# select real samples
def generate_real_samples(dataset, n_samples):
    # split into images and labels
    images, labels = dataset
    # choose random instances
    ix = randint(0, images.shape[0], n_samples)
    # select images and labels
    X, labels = images[ix], labels[ix]
    # generate class labels
    y = ones((n_samples, 1))
    return [X, labels], y


# generate points in latent space as input for the generator
def generate_latent_points(latent_dim, n_samples, n_classes=10):
    # generate points in the latent space
    x_input = randn(latent_dim * n_samples)
    # reshape into a batch of inputs for the network
    z_input = x_input.reshape(n_samples, latent_dim)
    # generate labels
    labels = randint(0, n_classes, n_samples)
    return [z_input, labels]


# use the generator to generate n fake examples, with class labels
def generate_fake_samples(generator, latent_dim, n_samples):
    # generate points in latent space
    z_input, labels_input = generate_latent_points(latent_dim, n_samples)
    # predict outputs
    images = generator.predict([z_input, labels_input])
    # create class labels
    y = zeros((n_samples, 1))
    return [images, labels_input], y


# train the generator and discriminator
def train(g_model, d_model, gan_model, dataset, latent_dim, n_steps=4, n_batch=32):
    half_batch = int(n_batch / 2)
    losses = list()
    # manually enumerate batches
    for i in range(n_steps):
        # get randomly selected 'real' samples
        [X_real, labels_real], y_real = generate_real_samples(dataset, half_batch)
        # update discriminator model weights
        d_loss1, _ = d_model.train_on_batch([X_real, labels_real], y_real)
        # generate 'fake' examples
        [X_fake, labels], y_fake = generate_fake_samples(g_model, latent_dim, half_batch)
        # update discriminator model weights
        d_loss2, _ = d_model.train_on_batch([X_fake, labels], y_fake)
        # prepare points in latent space as input for the generator
        [z_input, labels_input] = generate_latent_points(latent_dim, n_batch)
        # create inverted labels for the fake samples
        y_gan = ones((n_batch, 1))
        # update the generator via the discriminator's error
        g_loss = gan_model.train_on_batch([z_input, labels_input], y_gan)
        # summarize loss on this batch
        print(">%d, d1=%.3f, d2=%.3f g=%.3f" % (i + 1, d_loss1, d_loss2, g_loss))
        losses.append((d_loss1, d_loss2, g_loss))
    return losses


seed(1)
# size of the latent space
latent_dim = 12
# create the discriminator
d_model = define_discriminator()
# create the generator
g_model = define_generator(latent_dim)
# create the gan
gan_model = define_gan(g_model, d_model)
# load image data
dataset = load_real_samples()
# train model
losses = train(g_model, d_model, gan_model, dataset, latent_dim)
