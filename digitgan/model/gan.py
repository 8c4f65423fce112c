"""Generator and discriminator in one Keras model, trained by plain ``fit()``."""

from typing import Any

import keras

from digitgan.model.losses import OBJECTIVES, gradient_penalty

ops: Any = keras.ops  # untyped: each backend has tensors of its own
METRICS = ("d_loss", "g_loss", "d_real", "d_fake", "variety")


@keras.saving.register_keras_serializable(package="digitgan")
class GAN(keras.Model):
    """A generator and a discriminator that learn from each other.

    ``fit`` takes batches ``(images, *conditions)``: images ``(N, height, width, C)`` in
    [-1, 1], then what both players are conditioned on, such as labels ``int32 (N,)``.
    Nothing is overridden but ``call`` (generate fakes) and ``compute_loss``, so one
    source trains on TensorFlow, JAX and torch.

    Both players move at once on one scalar. The discriminator's loss sees the fakes
    as constants; the generator's loss sees the discriminator's weights as constants.

    Attributes:
        generator: As it is being trained.
        discriminator: Its output is the probability that an image is real.
        ema_generator: What samples should be drawn from: a copy of the generator whose
            weights are an exponential moving average (EMA) of the generator's; without
            ``ema_decay`` the generator itself.
        condition_names: What the discriminator is told besides the image, in order.
        latent_conditions: Those of them that z chooses, as models of the generator's
            inputs, by name.
        steps_at_once: Steps that ``fit`` takes between two calls of its callbacks.
    """

    steps_at_once = 1

    def __init__(  # noqa: PLR0913 - each is stored in the file
        self,
        generator: Any,
        discriminator: Any,
        objective: str = "cross_entropy",
        penalty: float = 0.1,
        penalty_step: float = 0.05,
        penalty_every: int = 1,
        ema_decay: float = 0.995,
        seed: int = 0,
        boxed: bool = False,
        **kwargs,
    ):
        """Take both players and the objective.

        Args:
            generator: From :func:`digitgan.model.networks.build_generator`.
            discriminator: From :func:`digitgan.model.networks.build_discriminator`.
            objective: A name in :data:`digitgan.model.losses.OBJECTIVES`.
            penalty: Weight gamma of R1 and R2, each taken as ``gamma / 2``; 0 for none.
            penalty_step: See :class:`digitgan.model.presets.Preset`.
            penalty_every: One in so many images is penalised; all stand for them.
            ema_decay: How much of the EMA a step keeps, once it is warm; 0 for no EMA.
            seed: Of the latents and the penalty's noise.
            boxed: Whether images are boxes that are placed by their mass.
            **kwargs: For :class:`keras.Model`.
        """
        super().__init__(**kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.ema_generator = generator
        if ema_decay:
            self.ema_generator = keras.models.clone_model(generator)
            self.ema_generator.set_weights(generator.get_weights())
            self.ema_generator.trainable = False
        names = [x.name for x in discriminator.inputs[1:]]
        self.condition_names = names
        given = {x.name for x in generator.inputs}
        self.latent_conditions = {
            name: keras.Model(
                generator.inputs, generator.get_layer(f"latent_{name}").output
            )
            for name in names
            if name not in given
        }
        logit = discriminator.get_layer("logit").output
        self.logits = keras.Model(discriminator.inputs, logit)
        self.objective = objective
        self.penalty = penalty
        self.penalty_step = penalty_step
        self.penalty_every = penalty_every
        self.ema_decay = ema_decay
        self.seed = seed
        self.boxed = boxed
        self.random = keras.random.SeedGenerator(seed)
        self.steps = self.add_weight(
            shape=(), initializer="zeros", trainable=False, name="steps"
        )
        self.running_means = {name: keras.metrics.Mean(name) for name in METRICS}
        self.built = True

    @property
    def average(self):
        """The EMA generator, under the name that its weights have in ``gan.keras``."""
        return self.ema_generator

    @property
    def latent_dim(self) -> int:
        """Length of z."""
        return self.generator.inputs[0].shape[1]

    @property
    def label_thresholds(self) -> tuple[float, ...]:
        """Where the first number of z chooses the label; empty where it is an input."""
        if "label" not in self.latent_conditions:
            return ()
        return tuple(self.generator.get_layer("latent_label").bin_boundaries)

    def call(self, inputs, training=False):
        """Generate one fake for each real image ``(images, *conditions)``.

        Conditions that z chooses are those of the fakes; the others are the same.

        Returns:
            ``(fakes, *conditions)``: fakes ``(N, height, width, C)`` in [-1, 1].
        """
        images, *conditions = inputs
        shape = (ops.shape(images)[0], self.latent_dim)
        values = dict(zip(self.condition_names, conditions, strict=True))
        values["latents"] = keras.random.normal(shape, seed=self.random)
        given = [values[x.name] for x in self.generator.inputs]
        for name, layer in self.latent_conditions.items():
            values[name] = ops.reshape(layer(given), shape[:1])
        fakes = self.generator(given, training=training)
        return fakes, *(values[name] for name in self.condition_names)

    def compute_loss(
        self,
        x: Any = None,
        y=None,
        y_pred: Any = None,
        sample_weight=None,
        training=True,
    ):
        """Return the one scalar whose gradient moves both players.

        It depends on what is real, ``x``, and on fakes, ``y_pred``: ``(images,
        *conditions)``.
        """
        d_loss, g_loss = self.compute_losses(x, y_pred, training)
        if training and self.ema_decay:
            self._update_ema()
        self.running_means["variety"].update_state(ops.std(y_pred[0], axis=0))
        return d_loss + g_loss

    def compute_losses(self, real, fake, training=True):
        """Return the discriminator's and the generator's loss.

        Both arguments are ``(images, *conditions)``. The first loss has a gradient in
        the discriminator's weights alone, the second in the generator's alone.
        """
        objective = OBJECTIVES[self.objective]
        fakes, *conditions = fake
        constant = (ops.stop_gradient(fakes), *conditions)
        real_logits, fake_logits, penalty = self._discriminate(real, constant, training)
        d_loss = objective.discriminator(real_logits, fake_logits)
        g_loss = objective.generator(
            ops.stop_gradient(real_logits),
            self._discriminate_with_frozen_weights(fake, training),
        )
        values = (d_loss, g_loss, ops.sigmoid(real_logits), ops.sigmoid(fake_logits))
        for name, value in zip(METRICS, values, strict=False):
            self.running_means[name].update_state(value)
        return d_loss + penalty, g_loss

    def _discriminate(self, real, fake, training):
        """Classify all images in one pass, so that they share one dropout mask.

        Returns the logits of the real images and of the fakes, and the penalty.
        """
        batch = [ops.concatenate(pair) for pair in zip(real, fake, strict=True)]
        if not self.penalty:
            logits: Any = self.logits(batch, training=training)
            return *ops.split(logits, 2), 0.0
        images, *conditions = (x[:: self.penalty_every] for x in batch)
        noise = keras.random.normal(ops.shape(images), seed=self.random)
        shifted = images + self.penalty_step * noise, *conditions
        both = [ops.concatenate(pair) for pair in zip(batch, shifted, strict=True)]
        n, logits = ops.shape(batch[0])[0], self.logits(both, training=training)
        here, there = logits[: n : self.penalty_every], logits[n:]
        # The mean of R1 and R2, as there are as many fakes as real images.
        slope = gradient_penalty(here, there, self.penalty_step)
        return *ops.split(logits[:n], 2), self.penalty * slope

    def _discriminate_with_frozen_weights(self, fake, training):
        outputs: Any = self.logits.stateless_call(
            [ops.stop_gradient(v) for v in self.logits.trainable_variables],
            self.logits.non_trainable_variables,
            list(fake),
            training=training,
        )
        return outputs[0]

    def _update_ema(self):
        """Move the EMA; early on it forgets fast, so that no initial weights remain."""
        self.steps.assign(self.steps + 1)
        decay = ops.minimum(self.ema_decay, self.steps / (self.steps + 9))
        for slow, fast in zip(
            self.ema_generator.weights, self.generator.weights, strict=True
        ):
            slow.assign(decay * slow + (1 - decay) * ops.stop_gradient(fast))

    def get_config(self) -> dict[str, Any]:
        """Return what :meth:`from_config` needs to make the same GAN anew."""
        return {
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "objective": self.objective,
            "penalty": self.penalty,
            "penalty_step": self.penalty_step,
            "penalty_every": self.penalty_every,
            "decay": self.ema_decay,  # the key that `gan.keras` has
            "seed": self.seed,
            "boxed": self.boxed,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> "GAN":
        """Make the GAN that :meth:`get_config` described."""
        config = {"ema_decay": config["decay"], **config}
        del config["decay"]
        for name in ("generator", "discriminator"):
            config[name] = keras.saving.deserialize_keras_object(config[name])
        return cls(**config)
