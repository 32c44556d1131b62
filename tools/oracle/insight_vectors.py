"""Writes the vectors of the detection and the explanation, computed by their reference implementation.

    python3 tools/oracle/insight_vectors.py REFERENCE > packages/shared/fixtures/insight/vectors.json

REFERENCE is the folder of the reference implementation, which has insight.py and explain.py and is no part of this project. The inputs
follow from seeds. The same Python gives the same file.
"""

import importlib
import json
import pathlib
import random
import sys

SIGNALS = ("promise", "grace", "rush")
MEANS = {"promise": 0.17, "grace": 0.1, "rush": 0.17}


def binomial(draw, n, p):
    return sum(draw.random() < p for _ in range(n))


def slots(seed, days, busy, rate):
    """Slots of [due, missed, dueRush, missedRush]; `rate` is the rate of misses by day."""
    draw = random.Random(seed)
    for slot in range(4 * days):
        p = rate(slot // 4)
        due = binomial(draw, 4 * busy, 0.25)
        rush = binomial(draw, due, 0.25)
        missed_rush = binomial(draw, rush, p)
        yield [due, missed_rush + binomial(draw, due - rush, p), rush, missed_rush]


def signals(insight, name, given, blind=(), tide=None):
    rules = insight.Rules()
    vendor = insight.Vendor(rules, SIGNALS)
    days = {}
    for t, (due, missed, due_rush, missed_rush) in enumerate(given):
        late_due, late_missed, *_ = given[t - 8] if t >= 8 else (0, 0)
        counts = {"promise": (due, missed), "grace": (late_due, 2 * late_missed // 3), "rush": (due_rush, missed_rush)}
        lifts = insight.BLIND if t in blind else (tide or {}).get(str(t))
        vendor.step(counts, MEANS, lifts)
        if t % 4 == 3 and (t // 4 in (0, 14, 15, 16) or t // 4 % 20 == 19):
            of_signals = {
                key: {"p0": s.p0, "phi": s.phi, "odds": list(s.odds), "probability": vendor.probability(key), "on": s.on}
                for key, s in vendor.sig.items()
            }
            days[str(t // 4)] = of_signals
    given = {"slots": given, "fleetMeans": MEANS, "blind": list(blind), "tide": tide}
    return {"fn": "signals", "id": name, "input": given, "output": {"days": days, "alerts": vendor.alerts}, "tol": 1e-9}


def of_signals(insight):
    def drop(first, last, bad, good=0.12):
        return lambda day: bad if first <= day < last else good

    lifts = {str(t): {"promise": 1.2, "grace": 0.7} for t in range(200, 216)}
    yield signals(insight, "rises and recovers", list(slots(1, 70, 4, drop(45, 52, 0.5))))
    yield signals(insight, "a tide excuses a rise", list(slots(1, 70, 4, drop(45, 52, 0.5))), tide=lifts)
    yield signals(insight, "blind in a rise", list(slots(1, 70, 4, drop(45, 52, 0.5))), blind=range(182, 190))
    yield signals(insight, "recovers and returns", list(slots(1, 70, 40, lambda day: 0.45 if day in (45, 46, 50, 51, 55) else 0.1)))
    yield signals(insight, "settles", list(slots(3, 100, 3, drop(40, 999, 0.55))))
    yield signals(insight, "settles within a day", [[8, 6 if t >= 160 else int(t % 3 == 0), 0, 0] for t in range(360)])
    yield signals(insight, "large, with shocks", list(slots(4, 60, 60, lambda day: 0.3 if day % 6 == 0 else 0.1)))
    yield signals(insight, "always bad", list(slots(5, 60, 4, lambda day: 0.9)))


def of_tides(insight):
    rules, draw = insight.Rules(), random.Random(6)
    fleet = [[draw.randrange(300) * 10**6, 10**8] for _ in range(24)]
    own = [[draw.randrange(8 * 10**6), 10**6] for _ in range(24)]
    lifts = [insight.lift(rules, fleet, own, t) for t in range(24)]
    yield {"fn": "lift", "id": "of a fleet", "input": {"fleet": fleet, "own": own}, "output": lifts, "tol": 1e-9}
    days = [[[draw.randrange(20), 0] for _ in range(4)] for _ in range(20)]
    for slot in (slot for day in days for slot in day):
        slot[1] = binomial(draw, slot[0], 0.2)
    parts = insight.tide_part(rules, days, [0.15] * len(days))
    yield {"fn": "tidePart", "id": "of a vendor", "input": {"days": days, "means": 0.15}, "output": parts, "tol": 0}
    sums = [[sum(slot[i] for slot in day) for i in (0, 1)] for day in days]
    yield {"fn": "fleetMeans", "id": "by day", "input": sums, "output": insight.fleet_means(rules, sums), "tol": 1e-12}
    facts = [draw.choice((0, 2, 5, 20, 60, 80)) for _ in range(160)]
    blind = [t for t, is_blind in enumerate(insight.blind_slots(rules, facts)) if is_blind]
    yield {"fn": "blindSlots", "id": "of uneven facts", "input": facts, "output": blind, "tol": 0}


def orders(seed, count, p):
    """Orders; `p` gives the rate of misses of a gift type and a carrier."""
    draw = random.Random(seed)
    for _ in range(count):
        gift, carrier = draw.choice(("flowers", "food", "tech")), draw.choice(("dhl", "ups"))
        missed = int(draw.random() < p(gift, carrier))
        outcome = draw.choice(("ARRIVED_LATE", "LOST", "OPEN", "DAMAGED")) if missed else "ARRIVED"
        yield {"missed": missed, "outcome": outcome, "giftType": gift, "carrier": carrier, "isRush": int(draw.random() < 0.2)}


def of_explanations(explain):
    dimensions = ["giftType", "isRush", "carrier"]
    for name, after in (
        ("one gift type", lambda gift, carrier: 0.7 if gift == "food" else 0.1),
        ("one carrier", lambda gift, carrier: 0.6 if carrier == "dhl" else 0.1),
        ("everywhere alike", lambda gift, carrier: 0.4),
        ("no rise", lambda gift, carrier: 0.1),
    ):
        windows = list(orders(7, 90, lambda gift, carrier: 0.1)), list(orders(8, 60, after))
        output = explain.explain(*windows, dimensions)
        given = {"before": windows[0], "after": windows[1], "dimensions": dimensions}
        yield {"fn": "explain", "id": name, "input": given, "output": output, "tol": 1e-12}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(pathlib.Path(sys.argv[1])))
    insight, explain = importlib.import_module("insight"), importlib.import_module("explain")
    vectors = [*of_signals(insight), *of_tides(insight), *of_explanations(explain)]
    lines = ",\n".join(json.dumps(vector, separators=(",", ":")) for vector in vectors)
    print('{"vectors":[\n' + lines + "\n]}")


if __name__ == "__main__":
    main()
