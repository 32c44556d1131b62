"""Computes the expected reports of packages/shared/fixtures/oracle/events.ndjson, independently of the code of the crates.

The program reads the events with its own parser, folds each order by its own rules, and counts each number from the list
of orders, as docs/NUMBERS.md defines it. It has no buckets, no flows and no changes: it counts each number from all orders.

    python3 tools/oracle/oracle.py            writes expected.json
    python3 tools/oracle/oracle.py --check    fails if expected.json differs from the result

It uses only the standard library, and no time zone database: it contains the rules of America/New_York in 2024.
"""

import argparse
import collections
import datetime
import json
import math
import pathlib
import re
import sys

FIXTURE = pathlib.Path(__file__).resolve().parents[2] / "packages/shared/fixtures/oracle"
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = datetime.timedelta(microseconds=1)

# Events of the same instant are sorted in the order of this list.
STATUSES = [
    "PLACED", "SHIPPING_ON_TIME", "SHIPPING_DELAYED",
    "ARRIVED", "LOST", "DAMAGED", "UNDELIVERABLE", "RETURN_TO_SENDER", "CANCELLED",
]
ACTIVE = STATUSES[:3]
ISSUES = STATUSES[4:8]
DATES = [
    "2024-02-29", "2024-03-01", "2024-03-08", "2024-03-09", "2024-03-10", "2024-03-11", "2024-03-14", "2024-03-17",
    "2024-11-02", "2024-11-03", "2024-11-04", "2024-11-08",
]
ZONES = ["UTC", "America/New_York"]
NEW_YORK_SUMMER = ("2024-03-10T07:00:00Z", "2024-11-03T06:00:00Z")
Z = 1.959963984540054
TWO_YEARS = datetime.timedelta(days=2 * 366)
PLACEMENT_FIELDS = ("vendorId", "estimatedDelivery", "shipBy", "giftValue", "currency", "giftType", "isRush")
NOTES = ("carrier", "trackingNumber", "reason")
KINDS = {"giftValue": int, "isRush": bool, "isBackfilled": bool}
TIMES = ("occurredAt", "estimatedDelivery", "shipBy")
TEXTS = ("eventId", "orderId", "vendorId", "status", *TIMES, "currency", "giftType", *NOTES)


# Reading.

TIME = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))", re.ASCII
)


def instant(text):
    """Microseconds since 1970, or None if the text is not an RFC 3339 time."""
    match = TIME.fullmatch(text)
    if not match:
        return None
    *parts, fraction, sign, hours, minutes = match.groups()
    try:
        local = datetime.datetime(*map(int, parts), tzinfo=UTC)
    except ValueError:
        return None
    offset = 0
    if sign:
        if int(hours) > 23 or int(minutes) > 59:
            return None
        offset = (int(hours) * 60 + int(minutes)) * (-1 if sign == "-" else 1)
    micros = int(((fraction or "") + "000000")[:6])
    return (local - EPOCH) // MICROSECOND + micros - offset * 60_000_000


def rfc3339(micros):
    """An RFC 3339 time in UTC, without trailing zeros of the second."""
    if micros is None:
        return None
    text = (EPOCH + micros * MICROSECOND).isoformat().removesuffix("+00:00")
    return (text.rstrip("0") if "." in text else text) + "Z"


def is_id(text):
    return re.fullmatch(r"[A-Za-z0-9._:-]{1,128}", text, re.ASCII) is not None


def is_note(longest):
    return lambda text: len(text) <= longest and not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in text)


def is_possible_time(text):
    """Whether the time is after the year 2000 and not in the future. Times in the future have the year 2099 in the fixture."""
    micros = instant(text)
    return micros is not None and instant("2000-01-01T00:00:00Z") <= micros < instant("2099-01-01T00:00:00Z")


def is_promise(text):
    micros = instant(text)
    return micros is not None and instant("2000-01-01T00:00:00Z") <= micros < instant("2100-01-01T00:00:00Z")


RULES = {
    "eventId": is_id,
    "orderId": is_id,
    "vendorId": is_id,
    "status": lambda text: text in STATUSES,
    "carrier": is_note(128),
    "trackingNumber": is_note(128),
    "reason": is_note(500),
    "estimatedDelivery": is_promise,
    "shipBy": is_promise,
    "currency": lambda text: re.fullmatch(r"[A-Z]{3}", text) is not None,
    "giftType": lambda text: re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text) is not None,
    "giftValue": lambda value: value >= 0,
}


def parse(line):
    """(event, invalid fields, omitted fields) of one line. The event is None if a field is invalid."""
    try:
        raw = json.loads(line)
    except ValueError:
        return None, ["line"], []
    if not isinstance(raw, dict):
        return None, ["line"], []
    raw = {name: value for name, value in raw.items() if value is not None}
    for name, kind in [*KINDS.items(), *((name, str) for name in TEXTS)]:
        if name in raw and type(raw[name]) is not kind:
            return None, [name], []
    is_placed = raw.get("status") == "PLACED"
    required = ["eventId", "orderId", "occurredAt", "status"] + (["vendorId"] if is_placed else [])
    invalid = {name for name in required if name not in raw}
    for name, rule in RULES.items():
        ignored = not is_placed and name in PLACEMENT_FIELDS and name != "vendorId"
        # Only PLACED requires a vendor. Without a valid status, the vendor is not checked.
        ignored = ignored or (name == "vendorId" and raw.get("status") not in STATUSES)
        if name in raw and not ignored and not rule(raw[name]):
            invalid.add(name)
    at = instant(raw.get("occurredAt", ""))
    if "occurredAt" in raw and at is None:
        invalid.add("occurredAt")
    # The range of a time is checked only if the event is otherwise valid.
    if not invalid and not is_possible_time(raw["occurredAt"]):
        invalid.add("occurredAt")
    if invalid:
        return None, sorted(invalid), []
    event = {name: raw.get(name) for name in ("eventId", "orderId", "status", "vendorId", *NOTES)}
    event["at"] = at
    event["isBackfilled"] = raw.get("isBackfilled", False)
    omitted = []
    if is_placed:
        for name in ("estimatedDelivery", "shipBy"):
            promise = instant(raw[name]) if name in raw else None
            if promise is not None and promise - at > TWO_YEARS // MICROSECOND:
                omitted.append(name)
                promise = None
            event[name] = promise
        event["giftValue"] = raw.get("giftValue")
        event["currency"] = raw.get("currency", "USD")
        event["giftType"] = raw.get("giftType")
        event["isRush"] = raw.get("isRush", False)
    return event, [], omitted


def ingest(lines):
    """(the result of each line, the facts of each order, the vendors of all accepted events)."""
    answers, facts, vendors = [], collections.defaultdict(dict), set()
    for number, line in enumerate(lines, 1):
        event, invalid, omitted = parse(line)
        result = "rejected"
        if event:
            known = facts[event["orderId"]].get(event["eventId"])
            if known is None:
                facts[event["orderId"]][event["eventId"]] = event
                vendors.update(filter(None, [event["vendorId"]]))
                result = "accepted"
            elif known == event:
                result = "duplicate"
            else:
                invalid = ["eventId"]
        if result == "rejected":
            omitted = []
        answers.append({"line": number, "result": result, "errors": invalid, "warnings": omitted})
    return answers, facts, vendors


# The fold.


def fold(facts):
    """The order that follows from a set of facts, or None without a placement."""
    facts = sorted(facts, key=lambda fact: (fact["at"], STATUSES.index(fact["status"]), fact["eventId"]))
    placements = [fact for fact in facts if fact["status"] == "PLACED"]
    if not placements:
        return None
    first = placements[0]
    created = first["at"]
    times = [max(fact["at"], created) for fact in facts]
    ends = [i for i, fact in enumerate(facts) if fact["status"] not in ACTIVE]
    until = ends[0] if ends else len(facts)
    order = {name: first[name] for name in PLACEMENT_FIELDS}
    for name in NOTES:
        order[name] = next((fact[name] for fact in reversed(facts) if fact[name] is not None), None)
    order["createdAt"] = created
    order["updatedAt"] = times[-1]
    order["steps"] = [(created, "PLACED")] + [
        (times[i], facts[i]["status"]) for i in range(until) if facts[i]["status"] != "PLACED"
    ]
    order["completedAt"] = times[ends[0]] if ends else None
    order["status"] = facts[ends[-1]]["status"] if ends else order["steps"][-1][1]
    order["actualDelivery"] = next((times[i] for i in ends if facts[i]["status"] == "ARRIVED"), None)
    order["occurrences"] = [fact["at"] for fact in facts]
    order["placedWith"] = {fact["vendorId"] for fact in placements}
    promise, end = order["estimatedDelivery"], order["completedAt"]
    # All promises of the fixture have passed.
    order["isDelayed"] = promise is not None and (end is None or end > promise)
    return order


# Days.


def day_start(date, zone):
    """The instant at which a day starts."""
    midnight = instant(f"{date}T00:00:00Z")
    if zone == "UTC":
        return midnight
    begin, end = map(instant, NEW_YORK_SUMMER)
    hour = 3_600_000_000
    # Both changes of the offset are in the night, after midnight.
    return midnight + (4 if begin <= midnight + 4 * hour < end else 5) * hour


def plus_days(date, days):
    return (datetime.date.fromisoformat(date) + datetime.timedelta(days=days)).isoformat()


# Counting.


def percent(part, whole):
    return 100.0 * part / whole if whole else None


def wilson(successes, n):
    """The 95 % score interval, in percent, solved from (p - successes/n)² = z² p (1 - p) / n."""
    if not n:
        return None
    a = n + Z * Z
    b = 2 * successes + Z * Z
    root = math.sqrt(b * b - 4 * a * successes * successes / n)
    return {"lower": max(0.0, 100 * (b - root) / (2 * a)), "upper": min(100.0, 100 * (b + root) / (2 * a))}


def figures(orders, last, zone):
    """(the flows of the seven days that end with `last`, the levels at its end)."""
    begin, end = day_start(plus_days(last, -6), zone), day_start(plus_days(last, 1), zone)

    def inside(at):
        return at is not None and begin <= at < end

    counts = dict.fromkeys(STATUSES, 0)
    total = due = on_time = delayed = 0
    hours = []
    for order in orders:
        total += inside(order["createdAt"])
        if inside(order["completedAt"]):
            counts[order["status"]] += 1
            if order["status"] == "ARRIVED":
                hours.append((order["actualDelivery"] - order["createdAt"]) / 3_600_000_000)
        promise, arrival = order["estimatedDelivery"], order["actualDelivery"]
        if inside(promise) and order["status"] != "CANCELLED":
            due += 1
            on_time += arrival is not None and arrival <= promise
        is_open = order["createdAt"] < end and (order["completedAt"] is None or order["completedAt"] >= end)
        if is_open:
            counts[[status for at, status in order["steps"] if at < end][-1]] += 1
            delayed += promise is not None and promise < end
    arrived = counts["ARRIVED"]
    issues = sum(counts[status] for status in ISSUES)
    completed, cancelled = arrived + issues, counts["CANCELLED"]
    window = {
        "totalOrders": total,
        "arrivedOrders": arrived,
        "completedOrders": completed,
        "reliabilityScore": percent(arrived, completed),
        "reliabilityInterval": wilson(arrived, completed),
        "issueCount": issues,
        "issueRate": percent(issues, completed),
        "cancelledOrders": cancelled,
        "cancellationRate": percent(cancelled, completed + cancelled),
        "dueOrders": due,
        "onTimeDeliveries": on_time,
        "onTimePercentage": percent(on_time, due),
        "avgDeliveryHours": math.fsum(hours) / len(hours) if hours else None,
        "statusCounts": counts,
    }
    return window, {"activeOrders": sum(counts[status] for status in ACTIVE), "delayedOrders": delayed}


def difference(now, before):
    return None if now is None or before is None else now - before


def direction(points):
    if points is None:
        return None
    return "stable" if abs(points) < 2 else "up" if points > 0 else "down"


def risk(window):
    interval, score = window["reliabilityInterval"], window["reliabilityScore"]
    if interval is None or interval["upper"] - interval["lower"] > 25:
        return "insufficient"
    return "high" if score < 80 else "medium" if score < 85 else "low"


def report(vendor, orders, date, zone):
    orders_of_vendor = [order for order in orders if order["vendorId"] == vendor]
    current, levels = figures(orders_of_vendor, date, zone)
    previous, levels_before = figures(orders_of_vendor, plus_days(date, -7), zone)
    trends = {
        name: difference(current[name], previous[name])
        for name in current
        if name not in ("reliabilityInterval", "statusCounts")
    }
    trends |= {name: levels[name] - levels_before[name] for name in levels}
    trends["trendDirection"] = direction(trends["reliabilityScore"])
    end = day_start(plus_days(date, 1), zone)
    placed_with_vendor = [order for order in orders if vendor in order["placedWith"]]
    latest = max((at for order in placed_with_vendor for at in order["occurrences"] if at < end), default=None)
    return {
        "date": date,
        "asOf": rfc3339(end),
        **levels,
        "current7d": current,
        "previous7d": previous,
        "trends": trends,
        "updatedAt": rfc3339(latest),
    }


def dashboard(orders, reports, date, zone):
    windows = {}
    for name, last in (("current", date), ("previous", plus_days(date, -7))):
        whole, levels = figures(orders, last, zone)
        windows[name] = {
            "overallReliability": whole["reliabilityScore"],
            "onTimePercentage": whole["onTimePercentage"],
            "totalOrders": whole["totalOrders"],
            "completedOrders": whole["completedOrders"],
            "issueCount": whole["issueCount"],
            "totalActiveOrders": levels["activeOrders"],
            "totalDelayedOrders": levels["delayedOrders"],
            "atRiskVendors": sum(risk(report[name + "7d"]) in ("medium", "high") for report in reports.values()),
        }
    current, previous = windows["current"], windows["previous"]
    trends = {
        "reliabilityTrend": "overallReliability",
        "onTimeTrend": "onTimePercentage",
        "activeOrdersTrend": "totalActiveOrders",
        "delayedOrdersTrend": "totalDelayedOrders",
        "atRiskVendorsTrend": "atRiskVendors",
    }
    return {
        "date": date,
        "asOf": rfc3339(day_start(plus_days(date, 1), zone)),
        "timeZone": zone,
        **windows,
        "trends": {name: difference(current[of], previous[of]) for name, of in trends.items()},
    }


def order_view(order_id, order):
    times = ("createdAt", "updatedAt", "estimatedDelivery", "shipBy", "actualDelivery", "completedAt")
    others = ("vendorId", "status", "isDelayed", "giftValue", "currency", "giftType", "isRush", *NOTES)
    return {"orderId": order_id} | {t: rfc3339(order[t]) for t in times} | {name: order[name] for name in others}


def order_list(orders, date, zone):
    """The orders placed in the seven days that end with the date, newest first."""
    begin, end = day_start(plus_days(date, -6), zone), day_start(plus_days(date, 1), zone)
    placed = [(order["createdAt"], order_id) for order_id, order in orders.items() if begin <= order["createdAt"] < end]
    ids = [order_id for _, order_id in sorted(placed, reverse=True)]
    counts = dict.fromkeys(STATUSES, 0)
    for order_id in ids:
        counts[orders[order_id]["status"]] += 1
    return {
        "dateFrom": plus_days(date, -6),
        "orderIds": ids,
        "delayedOrderIds": [order_id for order_id in ids if orders[order_id]["isDelayed"]],
        "total": len(ids),
        "statusBreakdown": counts,
    }


def compute():
    lines = (FIXTURE / "events.ndjson").read_text(encoding="utf-8").splitlines()
    answers, facts, vendors = ingest(lines)
    folded = {order_id: fold(of_order.values()) for order_id, of_order in facts.items()}
    orders = {order_id: order for order_id, order in folded.items() if order}
    zones = {}
    for zone in ZONES:
        zones[zone] = {}
        for date in DATES:
            reports = {vendor: report(vendor, list(orders.values()), date, zone) for vendor in sorted(vendors)}
            zones[zone][date] = {
                "vendors": reports,
                "risk": {vendor: risk(of_vendor["current7d"]) for vendor, of_vendor in reports.items()},
                "dashboard": dashboard(list(orders.values()), reports, date, zone),
                "orders": order_list(orders, date, zone),
            }
    return {
        "answers": answers,
        "orders": {
            order_id: {"version": len(facts[order_id]), "order": order_view(order_id, order) if order else None}
            for order_id, order in sorted(folded.items())
        },
        "zones": zones,
    }


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
    arguments = parser.parse_args()
    text = text_of(compute()) + "\n"
    path = FIXTURE / "expected.json"
    if not arguments.check:
        path.write_text(text, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        sys.exit("expected.json differs from the result of tools/oracle/oracle.py: run it, and check the difference")


if __name__ == "__main__":
    main()
