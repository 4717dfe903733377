"""Recurrent cells from MGU to xLSTM, and echo state networks, for seqtasks."""
