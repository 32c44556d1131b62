import json
import math
import random
import tempfile
import unittest
from pathlib import Path

import oracle
from days import instant, last_second, rfc3339
from events import STATUSES, ingest
from orders import fold
from rates import beta_below, risk, wilson
from reports import figures, levels_at

SHORT = {"SHIPPED": "SHIPPING_ON_TIME", "LATE": "SHIPPING_DELAYED", "RETURNED": "RETURN_TO_SENDER"}


def at(text):
    """`4T12:30` is an instant of June 2024."""
    day, _, clock = text.partition("T")
    return instant(f"2024-06-{int(day):02}T{clock or '12:00'}{'' if clock.count(':') == 2 else ':00'}Z")


def events(*steps, **placement):
    """The lines of one order, placed on 3 June. A step is `STATUS time [parcel]`."""
    lines = [{"status": "PLACED", "occurredAt": "2024-06-03T12:00:00Z", "vendorId": "acme"} | placement]
    for step in steps:
        status, time, *parcel = step.split()
        line = {"status": SHORT.get(status, status), "occurredAt": rfc3339(at(time))}
        lines.append(line | ({"parcelId": parcel[0]} if parcel else {}))
    return [{"eventId": f"e{number}", "orderId": "o-1"} | line for number, line in enumerate(lines)]


def second_placement(**fields):
    return events(occurredAt="2024-06-05T12:00:00Z")[0] | {"eventId": "p2"} | fields


def folded(lines, zone="UTC"):
    answers, facts, _ = ingest(map(json.dumps, lines), zone)
    assert all(answer["result"] == "accepted" for answer in answers), answers
    return fold(facts["o-1"].values())


def order(*steps, **placement):
    return folded(events(*steps, **placement))


def window(*orders, last="2024-06-09"):
    return figures(orders, last, "UTC")[0]


def levels(end, *orders):
    return levels_at(orders, at(end))[1]


class Order(unittest.TestCase):
    def assert_order(self, found, **expected):
        times = {name: at(value) for name, value in expected.items() if name not in ("status", "suspect") and value}
        self.assertEqual({name: found[name] for name in expected}, expected | times)

    def test_the_last_completion_is_the_outcome_of_the_first(self):
        self.assert_order(order("ARRIVED 5", "DAMAGED 7"), status="DAMAGED", completedAt="5", actualDelivery="5")

    def test_a_cancellation_after_a_completion_is_a_refund(self):
        self.assert_order(order("ARRIVED 5", "CANCELLED 7", "CANCELLED 8"), status="ARRIVED", refundedAt="7")
        self.assert_order(order("LOST 5", "CANCELLED 7"), status="LOST", refundedAt="7")
        self.assert_order(order("CANCELLED 5", "CANCELLED 7"), status="CANCELLED", refundedAt=None)

    def test_a_return_after_an_arrival_at_the_customer_is_no_issue(self):
        self.assert_order(order("ARRIVED 5", "RETURNED 7", "ARRIVED 9"), status="ARRIVED", returnedAt="7", actualDelivery="5")

    def test_an_arrival_after_a_return_to_sender_is_at_the_sender(self):
        for steps in (["RETURNED 5", "ARRIVED 7"], ["UNDELIVERABLE 5", "RETURNED 6", "SHIPPED 7", "ARRIVED 8"]):
            self.assert_order(order(*steps), status="RETURN_TO_SENDER", completedAt="5", actualDelivery=None, returnedAt=None)

    def test_a_replacement_keeps_the_loss(self):
        found = order("LOST 5", "SHIPPED 6", "ARRIVED 8")
        self.assert_order(found, status="LOST", replacementArrivedAt="8", actualDelivery=None)
        found = order("ARRIVED 4", "DAMAGED 5", "LATE 6", "ARRIVED 8")
        self.assert_order(found, status="DAMAGED", replacementArrivedAt="8", actualDelivery="4")

    def test_a_lost_parcel_that_arrives_was_found(self):
        found = order("LOST 5", "ARRIVED 8", "SHIPPED 9")
        self.assert_order(found, status="ARRIVED", completedAt="5", actualDelivery="8", replacementArrivedAt=None)
        self.assert_order(order("UNDELIVERABLE 5", "SHIPPED 6", "ARRIVED 8"), status="ARRIVED", actualDelivery="8")

    def test_the_handover_is_the_first_event_that_is_no_cancellation(self):
        for steps, handover in (
            (["SHIPPED 4", "LATE 5"], "4"), (["LOST 5"], "5"), (["CANCELLED 4"], None),
            (["CANCELLED 4", "SHIPPED 5", "ARRIVED 6"], "6"), (["SHIPPED 4 a", "SHIPPED 6 b"], "6"),
            (["SHIPPED 4 a", "CANCELLED 5 b"], "4"), (["SHIPPED 4 a", "SHIPPED 5", "LATE 6 b"], "5"),
            (["SHIPPED 4 a", "CANCELLED 5 c", "LOST 7 b"], "7"),
        ):  # fmt: skip
            self.assert_order(order(*steps), handedOverAt=handover)

    def test_an_order_ends_with_its_last_parcel(self):
        found = order("SHIPPED 4", "ARRIVED 5 b", "ARRIVED 7 a")
        self.assert_order(found, status="ARRIVED", completedAt="7", actualDelivery="7")
        self.assert_order(order("ARRIVED 5 b", "SHIPPED 4 a"), status="SHIPPING_ON_TIME", completedAt=None, actualDelivery=None)

    def test_the_outcome_is_the_issue_of_the_first_parcel_that_has_one(self):
        found = order("ARRIVED 5 a", "LOST 6 c", "DAMAGED 7 b")
        self.assert_order(found, status="DAMAGED", completedAt="7", actualDelivery=None)

    def test_a_cancelled_parcel_counts_only_if_all_are(self):
        self.assert_order(order("ARRIVED 5 a", "CANCELLED 8 b"), status="ARRIVED", completedAt="5", actualDelivery="5")
        self.assert_order(order("CANCELLED 5 a", "CANCELLED 8 b"), status="CANCELLED", completedAt="8")

    def test_an_event_without_a_parcel_is_about_every_parcel(self):
        self.assert_order(order("ARRIVED 5", "SHIPPED 9 a", "SHIPPED 9 b"), status="ARRIVED", completedAt="5")
        found = order("ARRIVED 5 a", "SHIPPED 4 b", "CANCELLED 6")
        self.assert_order(found, status="ARRIVED", completedAt="5", refundedAt="6")

    def test_the_step_is_the_least_far_of_the_parcels_that_have_not_ended(self):
        found = order("SHIPPED 4 a", "LATE 5 b", "SHIPPED 6 b", "ARRIVED 8 b", "LATE 7 a", "ARRIVED 9 a")
        expected = [("3", "PLACED"), ("5", "SHIPPING_DELAYED"), ("6", "SHIPPING_ON_TIME"), ("7", "SHIPPING_DELAYED")]
        self.assertEqual(found["steps"], [(at(time), status) for time, status in expected])
        found = order("SHIPPED 4 a", "LOST 6 b")
        self.assertEqual(found["steps"], [(at("3"), "PLACED"), (at("6"), "SHIPPING_ON_TIME")])

    def test_a_placement_field_is_that_of_the_first_placement_that_has_it(self):
        later = second_placement(estimatedDelivery="2024-06-07T12:00:00Z", shipBy="2024-06-06T12:00:00Z")
        found = folded([*events(estimatedDelivery="2024-06-09T12:00:00Z"), later])
        self.assert_order(found, estimatedDelivery="9", shipBy="6", createdAt="3")

    def test_a_placement_with_another_vendor_counts_nowhere_and_has_a_warning(self):
        lines = [*events(), second_placement(vendorId="other", shipBy="2024-06-06T12:00:00Z")]
        self.assert_order(folded(lines), shipBy=None)
        self.assertEqual([answer["warnings"] for answer in ingest(map(json.dumps, lines), "UTC")[0]], [[], ["vendorId"]])

    def test_what_occurred_before_the_placement_counts_as_of_the_placement(self):
        self.assert_order(order("SHIPPED 1", "ARRIVED 5"), handedOverAt="3", actualDelivery="5", suspect=False)
        self.assert_order(order("ARRIVED 1"), completedAt="3", actualDelivery="3", suspect=True)

    def test_an_arrival_more_than_two_years_after_the_placement_is_suspect(self):
        for placed, suspect in (("2022-05-01", True), ("2022-07-01", False)):
            self.assert_order(order("ARRIVED 5", occurredAt=f"{placed}T12:00:00Z"), suspect=suspect)

    def test_the_sequence_of_the_events_does_not_matter(self):
        shuffle = random.Random(7)
        for _ in range(300):
            steps = [
                f"{shuffle.choice(STATUSES[1:])} {shuffle.randint(1, 9)}{shuffle.choice(['', ' a', ' b'])}"
                for _ in range(shuffle.randint(1, 7))
            ]
            lines = events(*steps)
            expected = folded(lines)
            shuffle.shuffle(lines)
            self.assertEqual(folded(lines), expected, steps)

    def test_an_order_without_parcels_equals_one_whose_parcel_has_a_name(self):
        choice = random.Random(11)
        for _ in range(300):
            steps = [f"{choice.choice(STATUSES[1:])} {choice.randint(1, 9)}" for _ in range(choice.randint(1, 7))]
            self.assertEqual(order(*(step + " a" for step in steps)), order(*steps), steps)


class Events(unittest.TestCase):
    def answer(self, **fields):
        return ingest([json.dumps(events()[0] | fields)], "UTC")[0][0]

    def test_a_date_is_the_last_second_of_its_day_in_the_report_time_zone(self):
        for zone, date, expected in (
            ("UTC", "2024-06-08", "2024-06-08T23:59:59Z"),
            ("America/New_York", "2024-06-08", "2024-06-09T03:59:59Z"),
            ("America/New_York", "2024-03-10", "2024-03-11T03:59:59Z"),
            ("America/New_York", "2024-11-03", "2024-11-04T04:59:59Z"),
            ("America/New_York", "2025-03-08", "2025-03-09T04:59:59Z"),
        ):
            self.assertEqual(rfc3339(last_second(date, zone)), expected)
            self.assertEqual(rfc3339(folded(events(shipBy=date), zone)["shipBy"]), expected)

    def test_a_field_that_does_not_exist_is_named(self):
        self.assertEqual(self.answer(estimatedDelivry="2024-06-08")["errors"], ["estimatedDelivry"])

    def test_a_field_of_another_status_is_named(self):
        self.assertEqual(self.answer(parcelId="a")["errors"], ["parcelId"])
        self.assertEqual(self.answer(status="LOST", shipBy="2024-06-08")["errors"], ["shipBy"])
        self.assertEqual(self.answer(status="LOST", parcelId="a")["result"], "accepted")

    def test_a_promise_more_than_two_years_ahead_is_left_out(self):
        self.assertEqual(self.answer(estimatedDelivery="2026-07-01")["warnings"], ["estimatedDelivery"])


class Numbers(unittest.TestCase):
    PROMISE = "2024-06-06T12:00:30Z"

    def test_a_promise_is_kept_until_the_end_of_its_minute(self):
        for last_step, due, kept in (
            ("ARRIVED 6T12:00:59.999999", 1, 1), ("ARRIVED 6T12:01", 1, 0), ("LOST 6T11:00", 1, 0), ("SHIPPED 5", 1, 0),
            ("CANCELLED 6T12:00:59.999999", 0, 0), ("CANCELLED 6T12:01", 1, 0),
        ):  # fmt: skip
            found = window(order(last_step, estimatedDelivery=self.PROMISE))
            self.assertEqual((found["dueOrders"], found["onTimeDeliveries"]), (due, kept), last_step)

    def test_an_order_is_shipped_on_time_until_the_end_of_the_minute(self):
        for steps, due, kept in (
            (["SHIPPED 6T12:00:59.999999"], 1, 1), (["SHIPPED 6T12:01"], 1, 0), (["DAMAGED 6T12:00:40"], 1, 1), ([], 1, 0),
            (["CANCELLED 6T12:00:59.999999"], 0, 0), (["CANCELLED 6T12:01"], 1, 0), (["SHIPPED 5", "CANCELLED 7"], 1, 1),
        ):  # fmt: skip
            found = window(order(*steps, shipBy=self.PROMISE))
            self.assertEqual((found["shipDueOrders"], found["shippedOnTime"]), (due, kept), steps)

    def test_a_refund_does_not_hide_a_late_arrival(self):
        found = window(order("ARRIVED 8", "CANCELLED 9", estimatedDelivery=self.PROMISE))
        numbers = ("dueOrders", "onTimeDeliveries", "completedOrders", "cancelledOrders", "refundedOrders")
        self.assertEqual([found[name] for name in numbers], [1, 0, 1, 0, 1])

    def test_means_leave_suspect_orders_out(self):
        found = window(order("SHIPPED 4", "ARRIVED 5"), order("ARRIVED 1"))
        self.assertEqual((found["arrivedOrders"], found["avgDeliveryHours"], found["avgHandoverHours"]), (2, 48, 24))

    def test_returns_count_in_the_window_of_the_return(self):
        returned = order("ARRIVED 5", "RETURNED 10")
        self.assertEqual(window(returned)["returnedOrders"], 0)
        found = window(returned, last="2024-06-12")
        self.assertEqual((found["returnedOrders"], found["issueCount"]), (1, 0))

    def test_an_order_is_unshipped_when_its_ship_by_has_passed(self):
        found = order("SHIPPED 8", shipBy=self.PROMISE)
        ends = ("6T12:00", "6T12:01", "8T12:00", "8T12:01")
        self.assertEqual([levels(end, found)["unshippedOrders"] for end in ends], [0, 1, 1, 0])

    def test_an_order_stalls_after_48_hours_without_an_event(self):
        found = order("SHIPPED 4", "LATE 8", "ARRIVED 12")
        ends = ("6T12:00", "6T12:01", "8T12:00", "8T12:01", "10T12:01", "12T12:01")
        self.assertEqual([levels(end, found)["stalledOrders"] for end in ends], [0, 1, 1, 0, 1, 0])
        self.assertEqual(levels("9T00:00", order())["stalledOrders"], 0)

    def test_an_event_about_another_parcel_ends_a_stall(self):
        found = order("SHIPPED 4 a", "ARRIVED 5 b", "DAMAGED 8 b")
        self.assertEqual([levels(end, found)["stalledOrders"] for end in ("7T13:00", "9T00:00")], [1, 0])


class Rates(unittest.TestCase):
    # (good, n, line, mass below the line): scipy.special.betainc of SciPy 1.17.1.
    SCIPY = [
        (14, 23, 0.85, 0.9922870554004077), (0, 1, 0.85, 0.6732355654006603), (0, 1, 0.75, 0.4362899496511322),
        (5, 5, 0.85, 0.08281384258450984), (33, 40, 0.85, 0.5858811791323371), (33, 40, 0.8, 0.2556870298544722),
        (31, 40, 0.8, 0.5450587721721043), (31, 40, 0.75, 0.24816186455424413), (0, 69, 0.85, 1.0),
        (120, 120, 0.85, 2.0830813896469872e-10), (340, 400, 0.85, 0.4731387523090647), (340, 400, 0.8, 0.003805908713718401),
    ]  # fmt: skip

    def window(self, arrived=0, completed=0, on_time=0, due=0):
        return {"arrivedOrders": arrived, "completedOrders": completed, "onTimeDeliveries": on_time, "dueOrders": due}

    def test_the_incomplete_beta_function_equals_scipy(self):
        for good, n, line, expected in self.SCIPY:
            self.assertAlmostEqual(beta_below(line, good + 4.5, n - good + 0.5), expected, delta=1e-12)
        self.assertAlmostEqual(beta_below(0.85, 85004.5, 15000.5), 0.4982923742507617, delta=1e-9)

    def test_the_incomplete_beta_function_equals_its_closed_forms(self):
        for x in (0.01, 0.2, 0.5, 0.8, 0.99):
            self.assertAlmostEqual(beta_below(x, 0.5, 0.5), 2 / math.pi * math.asin(math.sqrt(x)), delta=1e-14)
            for a in (0.5, 1, 4.5, 30):
                self.assertAlmostEqual(beta_below(x, a, 1), x**a, delta=1e-14)
                self.assertAlmostEqual(beta_below(x, 1, a), 1 - (1 - x) ** a, delta=1e-14)
        self.assertEqual((beta_below(0, 2, 3), beta_below(1, 2, 3)), (0, 1))

    def test_one_more_failure_never_lowers_the_probability(self):
        for n in range(1, 60):
            for line in (0.75, 0.8, 0.85):
                masses = [beta_below(line, n - failures + 4.5, failures + 0.5) for failures in range(n + 1)]
                self.assertEqual(masses, sorted(masses))

    def test_the_wilson_interval_equals_the_documented_one(self):
        interval = wilson(33, 35)
        self.assertAlmostEqual(interval["lower"], 81.39294258, delta=5e-9)
        self.assertAlmostEqual(interval["upper"], 98.41868381, delta=5e-9)
        self.assertIsNone(wilson(0, 0))

    def test_each_level_has_its_reason(self):
        for numbers, level, reason in (
            ({}, "insufficient", None),
            ({"due": 1}, "insufficient", None),
            ({"arrived": 14, "completed": 23}, "high", "reliability"),
            ({"arrived": 31, "completed": 40}, "high", "reliability"),
            ({"arrived": 120, "completed": 120, "due": 120}, "high", "onTime"),
            ({"due": 69}, "high", "onTime"),
            ({"arrived": 3, "completed": 8, "on_time": 3, "due": 8}, "high", "both"),
            ({"arrived": 33, "completed": 40}, "medium", "reliability"),
            ({"arrived": 40, "completed": 40, "on_time": 31, "due": 40}, "medium", "onTime"),
            ({"arrived": 33, "completed": 40, "on_time": 31, "due": 40}, "medium", "both"),
            ({"arrived": 32, "completed": 39}, "insufficient", None),
            ({"arrived": 34, "completed": 40}, "low", None),
            ({"arrived": 5, "completed": 5, "due": 1}, "low", None),
        ):
            found = risk(self.window(**numbers))
            self.assertEqual((found["riskLevel"], found["riskReason"]), (level, reason), numbers)

    def test_the_probability_is_the_larger_one_of_the_judged_rates(self):
        self.assertIsNone(risk(self.window(due=1))["riskProbability"])
        one = risk(self.window(arrived=14, completed=23, due=1))
        self.assertAlmostEqual(one["riskProbability"], 0.9922870554004077, delta=1e-12)
        both = risk(self.window(arrived=33, completed=40, on_time=31, due=40))
        self.assertAlmostEqual(both["riskProbability"], 0.845106563785879, delta=1e-12)


class Fixture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.facts = {zone: oracle.Facts(oracle.FIXTURE / "events.ndjson", zone) for zone in oracle.ZONES}

    def test_the_fleet_is_the_sum_of_the_vendors(self):
        for zone, facts in self.facts.items():
            for date in oracle.DATES:
                on_date = facts.on(date)
                fleet, reports = on_date["fleet"], on_date["vendors"].values()
                for name in ("activeOrders", "delayedOrders", "unshippedOrders", "stalledOrders"):
                    self.assertEqual(fleet[name], sum(report[name] for report in reports), (zone, date, name))
                counts = [name for name, value in fleet["current7d"].items() if type(value) is int]
                self.assertIn("shippedOnTime", counts)
                for name in counts:
                    self.assertEqual(fleet["current7d"][name], sum(report["current7d"][name] for report in reports))

    def test_any_sequence_of_the_lines_gives_the_same_reports(self):
        lines = (oracle.FIXTURE / "events.ndjson").read_text(encoding="utf-8").splitlines()
        # Of a conflict, the line that comes first stays. So only lines of different orders change places.
        orders = {}
        for line in lines:
            event = json.loads(line) if line.startswith("{") and line.endswith("}") else {}
            orders.setdefault(event.get("orderId"), []).append(line)
        groups = list(orders.values())
        random.Random(3).shuffle(groups)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "events.ndjson"
            path.write_text("\n".join(line for group in groups for line in group), encoding="utf-8")
            shuffled = oracle.Facts(path, "UTC")
        for date in oracle.DATES:
            self.assertEqual(shuffled.on(date), self.facts["UTC"].on(date))

    def test_each_level_and_each_reason_occurs(self):
        found = set()
        for date in oracle.DATES:
            reports = self.facts["UTC"].on(date)["vendors"].values()
            found |= {(report["riskLevel"], report["riskReason"]) for report in reports}
        reasons = {(level, reason) for level in ("medium", "high") for reason in ("reliability", "onTime", "both")}
        self.assertEqual(found, reasons | {("low", None), ("insufficient", None)})


class Comparison(unittest.TestCase):
    DATE = "2024-06-09"

    def compare(self, change):
        """The differences from the reports of the fixture itself, after a change of them."""
        facts = oracle.Facts(oracle.FIXTURE / "events.ndjson", "UTC")
        on_date = facts.on(self.DATE)
        reports = {"unplacedOrders": facts.unplaced, "fleet": on_date["fleet"], "vendors": on_date["vendors"]}
        change(reports)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "reports.json"
            path.write_text(json.dumps({self.DATE: reports}), encoding="utf-8")
            return oracle.compare(oracle.FIXTURE / "events.ndjson", path)[0]

    def test_equal_reports_have_no_difference(self):
        self.assertEqual(self.compare(lambda reports: None), [])

    def test_a_vendor_without_a_number_may_be_missing(self):
        self.assertEqual(self.compare(lambda reports: reports["vendors"].pop("only-unplaced")), [])
        self.assertEqual(self.compare(lambda reports: reports["vendors"].pop("red")), [f"{self.DATE} red is missing there"])

    def test_each_other_number_is_a_difference(self):
        def change(reports):
            reports["unplacedOrders"] += 1
            reports["fleet"]["stalledOrders"] += 1
            reports["vendors"]["red"]["riskProbability"] += 1e-8
            reports["vendors"]["amber"]["current7d"]["onTimePercentage"] = 0.0
            reports["vendors"]["grey"]["unknown"] = 1

        found = [line.split(" is ")[0].removeprefix(self.DATE + " ") for line in self.compare(change)]
        of_vendors = ["amber.current7d.onTimePercentage", "grey.unknown", "red.riskProbability"]
        self.assertEqual(found, ["unplacedOrders", "fleet.stalledOrders", *of_vendors])


if __name__ == "__main__":
    unittest.main()
