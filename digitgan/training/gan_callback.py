"""A Keras callback that knows that its model is a GAN."""

from collections.abc import Mapping

import keras

from digitgan.model.gan import GAN

Logs = Mapping[str, float] | None  # running means by name, as Keras passes them


class GANCallback(keras.callbacks.Callback):
    """The base of the callbacks that look into the model."""

    @property
    def gan(self) -> GAN:
        """The GAN in training; on JAX, Keras first hands it the values of ``fit``."""
        model = self.model
        if not isinstance(model, GAN):
            raise TypeError(f"{type(self).__name__} is for a GAN")
        return model
