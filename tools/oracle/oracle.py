"""Computes the expected reports of packages/shared/fixtures/oracle/events.ndjson, independently of the code of the crates.

The program reads the events with its own parser (events.py), folds each order by its own rules (orders.py), and counts each
number from the list of orders (reports.py, rates.py), as docs/NUMBERS.md defines it. It has no buckets, no flows and no
changes: it counts each number from all orders.

    python3 tools/oracle/oracle.py                            writes expected.json
    python3 tools/oracle/oracle.py --check                    fails if expected.json differs from the result
    python3 tools/oracle/oracle.py --compare EVENTS REPORTS   compares reports in UTC, computed by another program

REPORTS is {date: {unplacedOrders, fleet, vendors: {vendorId: report}}}. A vendor without any number may be missing there.

It uses only the standard library, and no time zone database (days.py).
"""

import argparse
import json
import pathlib
import sys

from events import ingest
from orders import fold, order_view
from reports import dashboard, fleet, order_list, report, today

FIXTURE = pathlib.Path(__file__).resolve().parents[2] / "packages/shared/fixtures/oracle"
DATES = [
    "2024-02-29", "2024-03-01", "2024-03-08", "2024-03-09", "2024-03-10", "2024-03-11", "2024-03-14", "2024-03-17",
    "2024-06-08", "2024-06-09", "2024-06-12", "2024-06-16", "2024-06-23",
    "2024-11-02", "2024-11-03", "2024-11-04", "2024-11-08",
]
ZONES = ["UTC", "America/New_York"]
TOLERANCE = 1e-9


class Facts:
    """The events of a file, read in one time zone, and the orders that follow from them."""

    def __init__(self, path, zone):
        lines = path.read_text(encoding="utf-8").splitlines()
        self.zone = zone
        self.answers, facts, vendors = ingest(lines, zone)
        self.vendors = sorted(vendors)
        self.versions = {order_id: len(of_order) for order_id, of_order in sorted(facts.items())}
        folded = {order_id: fold(facts[order_id].values()) for order_id in self.versions}
        self.orders = {order_id: order for order_id, order in folded.items() if order}
        self.unplaced = len(folded) - len(self.orders)

    def reports(self, date):
        by_vendor = {vendor: [] for vendor in self.vendors}
        for order in self.orders.values():
            for vendor in order["placedWith"]:
                by_vendor[vendor].append(order)
        return {vendor: report(vendor, orders, date, self.zone) for vendor, orders in by_vendor.items()}

    def on(self, date):
        reports, orders = self.reports(date), list(self.orders.values())
        return {
            "vendors": reports,
            "risk": {vendor: of_vendor["riskLevel"] for vendor, of_vendor in reports.items()},
            "fleet": fleet(orders, reports, date, self.zone),
            "dashboard": dashboard(orders, reports, date, self.zone),
            "orders": order_list(self.orders, date, self.zone),
        }

    def order_views(self):
        views = {order_id: order_view(order_id, order) for order_id, order in self.orders.items()}
        return {
            order_id: {"version": version, "order": views.get(order_id)} for order_id, version in self.versions.items()
        }


def by_zone(views):
    """(what the views of an order have in common in all zones, for each zone the fields that differ)."""
    common, different = {}, {zone: {} for zone in views}
    first = next(iter(views.values()))
    for order_id, view in first.items():
        fields = {} if view["order"] is None else view["order"]
        varying = [name for name in fields if any(of[order_id]["order"][name] != fields[name] for of in views.values())]
        for zone in views if varying else ():
            different[zone][order_id] = {"order": {name: views[zone][order_id]["order"][name] for name in varying}}
        common[order_id] = view | {"order": view["order"] and {n: fields[n] for n in fields if n not in varying}}
    return common, different


def compute():
    facts = {zone: Facts(FIXTURE / "events.ndjson", zone) for zone in ZONES}
    first = facts[ZONES[0]]
    if any(other.answers != first.answers for other in facts.values()):
        raise ValueError("the result of an event depends on the time zone")
    orders, orders_by_zone = by_zone({zone: of_zone.order_views() for zone, of_zone in facts.items()})
    return {
        "answers": first.answers,
        "orders": orders,
        "ordersByZone": orders_by_zone,
        "zones": {zone: {date: of_zone.on(date) for date in DATES} for zone, of_zone in facts.items()},
        "today": {
            "unplacedOrders": first.unplaced,
            "vendors": today(list(first.orders.values()), first.vendors),
        },
    }


def differences(path, theirs, ours):
    """The lines that say where `theirs` has another value than `ours`. Numbers may differ by rounding."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return [line for name in theirs for line in differences(f"{path}.{name}", theirs[name], ours.get(name))]
    both = [type(value) in (int, float) for value in (theirs, ours)]
    if theirs == ours or (all(both) and abs(theirs - ours) <= TOLERANCE):
        return []
    return [f"{path} is {json.dumps(theirs)} there and {json.dumps(ours)} here"]


def is_empty(value):
    """Whether a report has no number to show."""
    return all(map(is_empty, value.values())) if isinstance(value, dict) else value in (None, 0)


def compare(events, reports):
    facts, lines, count = Facts(pathlib.Path(events), "UTC"), [], 0
    for date, theirs in json.loads(pathlib.Path(reports).read_text(encoding="utf-8")).items():
        ours = facts.on(date)
        lines += differences(f"{date} unplacedOrders", theirs["unplacedOrders"], facts.unplaced)
        lines += differences(f"{date} fleet", theirs["fleet"], ours["fleet"])
        for vendor, of_vendor in theirs["vendors"].items():
            lines += differences(f"{date} {vendor}", of_vendor, ours["vendors"].get(vendor, {}))
        shown = ("activeOrders", "current7d", "previous7d")
        lines += [
            f"{date} {vendor} is missing there" for vendor, of_vendor in ours["vendors"].items()
            if vendor not in theirs["vendors"] and not all(is_empty(of_vendor[name]) for name in shown)
        ]
        count += len(theirs["vendors"])
    return lines, count


def text_of(value, indent=""):
    """JSON with line breaks, so that differences are readable. A short value stays on one line."""
    one_line = json.dumps(value)
    if not isinstance(value, (dict, list)) or len(one_line) + len(indent) <= 2400:
        return one_line
    inner = indent + " "
    if isinstance(value, dict):
        parts = [f"{inner}{json.dumps(key)}: {text_of(part, inner)}" for key, part in value.items()]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + text_of(part, inner) for part in value) + f"\n{indent}]"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with expected.json, and write nothing")
    parser.add_argument("--compare", nargs=2, metavar=("EVENTS", "REPORTS"), help="compare the reports of another program")
    arguments = parser.parse_args()
    if arguments.compare:
        lines, count = compare(*arguments.compare)
        print("\n".join(lines) or f"{count} reports are equal")
        sys.exit(bool(lines))
    text = text_of(compute()) + "\n"
    path = FIXTURE / "expected.json"
    if not arguments.check:
        path.write_text(text, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        sys.exit("expected.json differs from the result of tools/oracle/oracle.py: run it, and check the difference")


if __name__ == "__main__":
    main()
