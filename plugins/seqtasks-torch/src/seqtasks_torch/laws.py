"""The update rules of optimizers, in PyTorch: the same as those of ``online`` and ``batch``.

All P weights of a network are one vector w, so that an update takes few operations for any number of layers.
``torch.optim`` is not used, because it loads PyTorch's compiler, which crashes in a process that has loaded TensorFlow.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final

import torch


@dataclass(frozen=True)
class AbstractLaw(ABC):
    """Settings of an optimizer. Subclasses are final, and their fields are the settings.

    Attributes:
        slots: The number of vectors (P,) that it stores between updates.
    """

    slots: ClassVar[int]

    @abstractmethod
    def change(self, w: torch.Tensor, g: torch.Tensor, slots: torch.Tensor, t: int) -> torch.Tensor:
        """The vector (P,) to subtract from the weights.

        Args:
            w: (P,), the weights.
            g: (P,), the gradient.
            slots: (slots, P), 0 before the first update; changed in place.
            t: The number of the update, from 1.
        """


@final
@dataclass(frozen=True)
class SGD(AbstractLaw):
    """Gradient descent with momentum: v <- momentum v + rate g; the change is v, or rate g + momentum v (Nesterov).

    Example:
        >>> law = SGD(learning_rate=0.5, momentum=0.0, nesterov=False)
        >>> law.change(torch.ones(1), torch.ones(1), torch.zeros(1, 1), 1).tolist()
        [0.5]
    """

    slots: ClassVar[int] = 1

    learning_rate: float
    momentum: float
    nesterov: bool

    def change(self, w: torch.Tensor, g: torch.Tensor, slots: torch.Tensor, t: int) -> torch.Tensor:
        """The velocity, or with Nesterov momentum the look-ahead step."""
        step = self.learning_rate * g
        velocity = slots[0].mul_(self.momentum).add_(step)
        return step + self.momentum * velocity if self.nesterov else velocity


@final
@dataclass(frozen=True)
class Adam(AbstractLaw):
    """Kingma & Ba (2015), arXiv:1412.6980, the form before section 2.1; amsgrad: Reddi et al. (2018), arXiv:1904.09237.

        m <- beta_1 m + (1 - beta_1) g,   v <- beta_2 v + (1 - beta_2) g^2,   u <- max(u, v) with amsgrad, else v
        change = rate sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt(u) + epsilon)

    Example:
        >>> law = Adam(learning_rate=0.5, beta_1=0.9, beta_2=0.999, epsilon=0.0, amsgrad=False)
        >>> round(law.change(torch.ones(1), torch.full((1,), 7.0), torch.zeros(3, 1), 1).item(), 4)
        0.5
    """

    slots: ClassVar[int] = 3

    learning_rate: float
    beta_1: float
    beta_2: float
    epsilon: float
    amsgrad: bool

    def change(self, w: torch.Tensor, g: torch.Tensor, slots: torch.Tensor, t: int) -> torch.Tensor:
        """The bias-corrected ratio of the two moments."""
        m, v, top = slots
        m.lerp_(g, 1 - self.beta_1)
        v.lerp_(g * g, 1 - self.beta_2)
        u = torch.maximum(top, v, out=top) if self.amsgrad else v
        rate = self.learning_rate * (1 - self.beta_2**t) ** 0.5 / (1 - self.beta_1**t)
        change: torch.Tensor = rate * m / (u.sqrt() + self.epsilon)
        return change


@final
@dataclass(frozen=True)
class AdamW(AbstractLaw):
    """Adam with decoupled weight decay: change = Adam's + rate decay w.

    Source: Loshchilov & Hutter (2019), arXiv:1711.05101.
    """

    slots: ClassVar[int] = Adam.slots

    learning_rate: float
    weight_decay: float | None
    beta_1: float
    beta_2: float
    epsilon: float
    amsgrad: bool

    def change(self, w: torch.Tensor, g: torch.Tensor, slots: torch.Tensor, t: int) -> torch.Tensor:
        """Adam's change plus the decay."""
        adam = Adam(self.learning_rate, self.beta_1, self.beta_2, self.epsilon, self.amsgrad)
        return adam.change(w, g, slots, t) + self.learning_rate * (self.weight_decay or 0.0) * w
