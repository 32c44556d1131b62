"""The examples of docs/NUMBERS.md equal the results of the oracle program."""

import json
import re
import tempfile
import unittest
from pathlib import Path

import oracle
from days import day_start
from rates import beta_below, rate_risk
from reports import overdue_value

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs/NUMBERS.md").read_text(encoding="utf-8")
EXAMPLE = DOCUMENT[DOCUMENT.index("## An example by hand"):]
WORDS = {"on its way": "SHIPPING_ON_TIME", "delayed": "SHIPPING_DELAYED", "returned": "RETURN_TO_SENDER"}
# The gift values that the results of the table name.
VALUES = {"D": {"giftValue": 4900}, "J": {"giftValue": 3000, "currency": "EUR"}}


def rows(text, cells):
    """The cells of each row of a table with so many columns, without headings."""
    table = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in text.splitlines() if line.startswith("|")]
    return [row for row in table if len(row) == cells and not set(row[0]) <= {"-"}]


def at(text):
    """`4th 10:00` and `25 Feb 12:00` as an instant, or a date if there is no time."""
    day, month, clock = re.fullmatch(r"(\d+)(?:th|st|nd|rd)?( Feb)?(?: (\d\d:\d\d))?", text).groups()
    date = f"2026-{'02' if month else '03'}-{int(day):02}"
    return f"{date}T{clock}:00Z" if clock else date


def lines():
    """The events of the orders in the table of the example."""
    for order_id, placed, ship_by, promise, events, _ in rows(EXAMPLE, 6)[1:]:
        if placed != "–":
            promises = {"shipBy": ship_by, "estimatedDelivery": promise}
            given = {name: at(text) for name, text in promises.items() if text != "–"} | VALUES.get(order_id, {})
            yield order_id, "PLACED", at(placed), {"vendorId": "acme"} | given
        for part in events.split(";") if events != "none" else []:
            parcel, steps = re.fullmatch(r"\s*(?:parcel (\w+): )?(.*)", part).groups()
            for step in steps.split(", "):
                word, time = re.fullmatch(r"([a-z ]+?) (\d.*)", step).groups()
                yield order_id, WORDS.get(word, word.upper()), at(time), {"parcelId": parcel} if parcel else {}


def facts_of_the_example():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.ndjson"
        path.write_text("".join(
            json.dumps({"eventId": f"e{number}", "orderId": order_id, "status": status, "occurredAt": time} | fields) + "\n"
            for number, (order_id, status, time, fields) in enumerate(lines())
        ), encoding="utf-8")
        return oracle.Facts(path, "UTC")


def shown(value):
    """A value as the document shows it."""
    if isinstance(value, dict):
        return f"{value['lower']:.8f} to {value['upper']:.8f}"
    if isinstance(value, list):
        return json.dumps(value)
    return f"{value:.8f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


class Document(unittest.TestCase):
    def test_each_example_of_the_risk_has_its_probabilities_and_its_level(self):
        examples = [row for row in rows(DOCUMENT, 5) if re.fullmatch(r"\d+ of \d+", row[1])]
        self.assertGreater(len(examples), 9)
        for example, counts, p1, p2, level in examples:
            good, n = map(int, counts.split(" of "))
            second_line = 0.75 if re.search("late|on time", example) else 0.80
            for line, text in (0.85, p1), (second_line, p2):
                digits = text.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")).replace(" × 10", "e")
                exact = beta_below(line, good + 4.5, n - good + 0.5)
                self.assertAlmostEqual(float(digits), exact, delta=exact * 5e-3 if "e" in digits else 5.1e-7)
            self.assertTrue(level.startswith(f"`{rate_risk(good, n, 0.85, second_line)[0]}`"), f"{example}: {level}")

    def test_each_number_of_the_example_by_hand_is_that_of_the_program(self):
        facts = facts_of_the_example()
        self.assertEqual([answer for answer in facts.answers if answer["result"] != "accepted"], [])
        self.assertEqual(facts.unplaced, 1, "order K has no placement")
        report = facts.reports("2026-03-10")["acme"]
        numbers = {name: value for name, value in report.items() if not isinstance(value, dict)} | report["current7d"]
        numbers["overdueValue"] = overdue_value(list(facts.orders.values()), day_start("2026-03-11", "UTC"))
        checked = set()
        for names, _, value in rows(EXAMPLE, 3):
            for name in set(re.findall(r"`(\w+)`", names)) & numbers.keys():
                expected = f"{numbers[name]:.6f}" if name == "riskProbability" else shown(numbers[name])
                self.assertRegex(value, rf"(?<![\d.]){re.escape(expected)}(?![\d])(?!\.\d)", name)
                checked.add(name)
        missing = numbers.keys() - checked - {"date", "asOf", "statusCounts"}
        self.assertEqual(missing, set(), "numbers without an example")

    def test_each_trend_of_the_example_is_that_of_the_program(self):
        trends = facts_of_the_example().reports("2026-03-10")["acme"]["trends"]
        names = ("reliabilityScore", "onTimePercentage", "activeOrders", "delayedOrders", "unshippedOrders", "stalledOrders")
        text = EXAMPLE[EXAMPLE.index("So the trends are"):].replace("\n", " ").replace("−", "-")
        stated = [float(number) for number in re.findall(r"[-+]\d+(?:\.\d+)?", text)]
        self.assertEqual(stated, [round(trends[name], 8) for name in names])
        self.assertIn(f"(`{trends['trendDirection']}`)", text)


if __name__ == "__main__":
    unittest.main()
