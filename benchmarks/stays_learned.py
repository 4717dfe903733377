"""Rows of "Does a solved task stay solved?": a solution under several optimizers, and under every rule's defaults.

    python benchmarks/stays_learned.py > docs/explanation/stays-learned-rows.md

prev-bit, 16 units, dense readout, seeds 0 to 19 side by side; the GRU has Keras's own initial weights. About ten
minutes on one core.
"""

from population import GRU, Population

AT = (2_000, 20_000, 100_000, 300_000)
SEEDS = range(20)
ADAM = "optimizer=adam,optimizer.learning_rate"
ROWS = (
    ("window 1, Adam 1e-2", "gru", f"online:window=1,{ADAM}=0.01"),
    ("window 1, Adam 3e-3", "gru", f"online:window=1,{ADAM}=0.003"),
    ("window 1, Adam 1e-3", "gru", f"online:window=1,{ADAM}=0.001"),
    ("window 1, Adam 1e-3, clip 1", "gru", f"online:window=1,clip=1.0,{ADAM}=0.001"),
    ("window 1, Adam 1e-3, beta_2 0.9999", "gru", f"online:window=1,{ADAM}=0.001,optimizer.beta_2=0.9999"),
    ("window 1, Adam 1e-3, weight decay 1e-3", "gru", f"online:window=1,{ADAM}=0.001,optimizer.weight_decay=0.001"),
    ("window 1, Adam 3e-3, epsilon 1e-2", "gru", f"online:window=1,{ADAM}=0.003,optimizer.epsilon=0.01"),
    ("window 1, AMSGrad 3e-3", "gru", f"online:window=1,{ADAM}=0.003,optimizer.amsgrad=true"),
    ("window 1, SGD 1e-2, momentum 0.9", "gru", "online:window=1,optimizer=sgd,optimizer.momentum=0.9"),
    ("window 1, default, clip 1", "gru", "online:window=1,clip=1.0"),
    ("window 2, Adam 3e-3", "gru", f"online:window=2,{ADAM}=0.003"),
    ("online:window=1", "gru", "online:window=1"),
    ("online", "gru", "online"),
    ("snap", "gru", "snap"),
    ("rflo", "gru", "rflo"),
    ("uoro", "gru", "uoro"),
    ("kf-rtrl", "leaky-rnn", "kf-rtrl"),
    ("kf-rtrl", "simple-rnn", "kf-rtrl"),
    ("diagonal", "lru", "diagonal"),
    ("diagonal", "indrnn", "diagonal"),
    ("rtrl", "gru", "rtrl"),
)


def main() -> None:
    """Print the table in Markdown."""
    print(f"| rule and optimizer | cell | {' | '.join(f'{steps:,}' for steps in AT)} | greatest loss at the end |")
    print(f"|---|---|{'---|' * (len(AT) + 1)}")
    for name, model, trainer in ROWS:
        population = Population("prev-bit", GRU if model == "gru" else model, SEEDS)
        population.use(trainer)
        solved = []
        for steps in AT:
            population.learn(steps)
            solved.append(population.solved())
        worst = population.losses().max()
        print(f"| {name} | {model} | {' | '.join(map(str, solved))} | {worst:.5f} |", flush=True)


if __name__ == "__main__":
    main()
