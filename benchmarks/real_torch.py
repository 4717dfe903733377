"""PyTorch by hand: a GRU with a linear readout, and a loop."""

import torch
from torch.nn import functional


class Network(torch.nn.Module):
    """A PyTorch module with a GRU and a linear readout."""

    def __init__(self, setting, classes, seed):
        torch.manual_seed(seed)
        super().__init__()
        self._setting, self._classes = setting, classes
        self.readout = torch.nn.Linear(setting.units, classes or 1)

    def forward(self, x):
        """Logits or numbers (n, O) after the last step."""
        return self.readout(self.gru(x)[0][:, -1])

    def fit(self, x, y):
        """Learn all epochs."""
        self.gru = torch.nn.GRU(x.shape[2], self._setting.units, batch_first=True)
        optimizer = torch.optim.Adam(self.parameters(), self._setting.learning_rate, eps=1e-7, fused=True)
        x, y = torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=None if self._classes else torch.float32)
        for _ in range(self._setting.epochs):
            for chosen in torch.randperm(len(x)).split(self._setting.batch_size):
                optimizer.zero_grad()
                predictions = self(x[chosen])
                loss = functional.cross_entropy if self._classes else functional.mse_loss
                loss(predictions if self._classes else predictions[:, 0], y[chosen]).backward()
                torch.nn.utils.clip_grad_norm_(self.parameters(), 1.0)
                optimizer.step()

    @torch.no_grad()
    def predict(self, x):
        """Classes or numbers (n,)."""
        predictions = self(torch.tensor(x, dtype=torch.float32))
        return (predictions.argmax(dim=1) if self._classes else predictions[:, 0]).numpy()
