"""Twenty networks side by side in one program against one network: steps/s of all together."""

import statistics

from by_name import ADAM
from measure import Record, alternate, workers

COUNT = 20
MODEL = "gru:units=16"
TRAINERS = {"online:window=1": f"online:window=1,{ADAM}", "rtrl": f"rtrl:{ADAM}"}


def main():
    record = Record(__doc__)
    ways = workers(
        {
            (name, count): ("by_name", "ByName", MODEL, text, count)
            for name, text in TRAINERS.items()
            for count in (1, COUNT)
        }
    )
    refusals = {key: why for key, way in ways.items() if (why := way.ask("made"))}
    works = {key: lambda way=way: way.ask("rate") for key, way in ways.items() if key not in refusals}
    figures = alternate(works, record.repetitions)
    print(f"\nprev-bit, {MODEL}\n\n| trainer | one network, steps/s | {COUNT} networks, steps/s in all | ratio |")
    print("|---|---|---|---|")
    for name in TRAINERS:
        one, many = figures.get((name, 1)), figures.get((name, COUNT))
        if one is None or many is None:
            print(f"| {name} | {refusals.get((name, 1)) or refusals[name, COUNT]} | | |")
            continue
        ratio = statistics.median(all_of_them / alone for alone, all_of_them in zip(one, many, strict=True))
        print(f"| {name} | {statistics.median(one):,.0f} | {statistics.median(many):,.0f} | {ratio:.1f} |", flush=True)
        record.add(MODEL, name, unit="steps/s", one=one, many=many, networks=COUNT, ratio=ratio)


if __name__ == "__main__":
    main()
