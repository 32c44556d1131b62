"""The reports: each number is counted from the list of all orders."""

import math

from days import DAY, HOUR, day_start, passes_at, plus_days, rfc3339
from events import ACTIVE, ISSUES, STATUSES
from orders import status_counts
from rates import percent, risk, wilson

STALL = 48 * HOUR
NO_TREND = ("reliabilityInterval", "onTimeInterval", "statusCounts")


def mean_hours(spans):
    return math.fsum(spans) / len(spans) / HOUR if spans else None


def step_at(order, end):
    """The active status of an order just before an instant, or None if it is not open then."""
    if order["createdAt"] >= end or (order["completedAt"] is not None and order["completedAt"] < end):
        return None
    return [step for at, step in order["steps"] if at < end][-1]


def is_over(promise, end):
    return promise is not None and passes_at(promise) <= end


def is_stalled(order, end):
    """Whether the last event before `end` is 48 hours old. Only what occurs before `end` counts, the 48 hours too."""
    return max(at for at in order["occurrences"] if at < end) + STALL < end


def levels_at(orders, end):
    """(the orders in each active status, the other levels) just before an instant."""
    steps = [(order, step_at(order, end)) for order in orders]
    open_orders = [(order, step) for order, step in steps if step]
    counts = {status: sum(step == status for _, step in open_orders) for status in ACTIVE}
    return counts, {
        "activeOrders": len(open_orders),
        "delayedOrders": sum(is_over(order["estimatedDelivery"], end) for order, _ in open_orders),
        "unshippedOrders": sum(step == "PLACED" and is_over(order["shipBy"], end) for order, step in open_orders),
        "stalledOrders": sum(step != "PLACED" and is_stalled(order, end) for order, step in open_orders),
    }


def due_and_kept(orders, promise, fulfilment, inside):
    """(orders with the promise in the window, unless cancelled before it passed; those of them that kept it)."""
    due = [order for order in orders if inside(order[promise])]
    due = [
        order for order in due
        if order["status"] != "CANCELLED" or order["completedAt"] >= passes_at(order[promise])
    ]
    return len(due), sum(order[fulfilment] is not None and order[fulfilment] < passes_at(order[promise]) for order in due)


def figures(orders, last, zone):
    """(the flows of the seven days that end with `last`, the levels at its end)."""
    begin, end = day_start(plus_days(last, -6), zone), day_start(plus_days(last, 1), zone)

    def inside(at):
        return at is not None and begin <= at < end

    ended = [order for order in orders if inside(order["completedAt"])]
    active, levels = levels_at(orders, end)
    counts = status_counts(ended) | active
    delivered = [order for order in ended if order["status"] == "ARRIVED" and not order["suspect"]]
    handed_over = [order for order in orders if inside(order["handedOverAt"]) and not order["suspect"]]
    due, on_time = due_and_kept(orders, "estimatedDelivery", "actualDelivery", inside)
    ship_due, shipped = due_and_kept(orders, "shipBy", "handedOverAt", inside)
    arrived = counts["ARRIVED"]
    issues = sum(counts[status] for status in ISSUES)
    completed, cancelled = arrived + issues, counts["CANCELLED"]
    window = {
        "totalOrders": sum(inside(order["createdAt"]) for order in orders),
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
        "onTimeInterval": wilson(on_time, due),
        "shipDueOrders": ship_due,
        "shippedOnTime": shipped,
        "shippedOnTimePercentage": percent(shipped, ship_due),
        "avgDeliveryHours": mean_hours([order["actualDelivery"] - order["createdAt"] for order in delivered]),
        "avgHandoverHours": mean_hours([order["handedOverAt"] - order["createdAt"] for order in handed_over]),
        "returnedOrders": sum(inside(order["returnedAt"]) for order in orders),
        "refundedOrders": sum(inside(order["refundedAt"]) for order in orders),
        "statusCounts": counts,
    }
    return window, levels


def difference(now, before):
    return None if now is None or before is None else now - before


def direction(points):
    if points is None:
        return None
    return "stable" if abs(points) < 2 else "up" if points > 0 else "down"


def last_arrival(orders, end):
    arrivals = [order["actualDelivery"] for order in orders]
    return rfc3339(max((at for at in arrivals if at is not None and at < end), default=None))


def report(vendor, orders, date, zone):
    orders_of_vendor = [order for order in orders if order["vendorId"] == vendor]
    current, levels = figures(orders_of_vendor, date, zone)
    previous, levels_before = figures(orders_of_vendor, plus_days(date, -7), zone)
    trends = {name: difference(current[name], previous[name]) for name in current if name not in NO_TREND}
    trends |= {name: levels[name] - levels_before[name] for name in levels}
    trends["trendDirection"] = direction(trends["reliabilityScore"])
    end = day_start(plus_days(date, 1), zone)
    placed_with_vendor = [order for order in orders if vendor in order["placedWith"]]
    latest = max((at for order in placed_with_vendor for at in order["occurrences"] if at < end), default=None)
    return {
        "date": date,
        "asOf": rfc3339(end),
        **levels,
        # Known only today.
        "overdueValue": None,
        "lastArrivalAt": last_arrival(orders_of_vendor, end),
        **risk(current),
        "current7d": current,
        "previous7d": previous,
        "trends": trends,
        "updatedAt": rfc3339(latest),
    }


def is_at_risk(window):
    return risk(window)["riskLevel"] in ("medium", "high")


def fleet(orders, reports, date, zone):
    """The numbers of all vendors together: sums, and rates of sums."""
    current, levels = figures(orders, date, zone)
    previous, _ = figures(orders, plus_days(date, -7), zone)
    at_risk = sum(is_at_risk(of_vendor["current7d"]) for of_vendor in reports.values())
    return {**levels, "atRiskVendors": at_risk, **risk(current), "current7d": current, "previous7d": previous}


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
            "atRiskVendors": sum(is_at_risk(of_vendor[name + "7d"]) for of_vendor in reports.values()),
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
        # Known only today.
        "unplacedOrders": None,
        **risk(figures(orders, date, zone)[0]),
        **windows,
        "trends": {name: difference(current[of], previous[of]) for name, of in trends.items()},
    }


def order_list(orders, date, zone):
    """The orders placed in the seven days that end with the date, newest first."""
    begin, end = day_start(plus_days(date, -6), zone), day_start(plus_days(date, 1), zone)
    placed = [(order["createdAt"], order_id) for order_id, order in orders.items() if begin <= order["createdAt"] < end]
    ids = [order_id for _, order_id in sorted(placed, reverse=True)]
    return {
        "dateFrom": plus_days(date, -6),
        "orderIds": ids,
        "delayedOrderIds": [order_id for order_id in ids if orders[order_id]["isDelayed"]],
        "total": len(ids),
        "statusBreakdown": status_counts([orders[order_id] for order_id in ids]),
    }


def overdue_value(orders, end):
    """The value of the delayed orders, by currency."""
    delayed = [order for order in orders if step_at(order, end) and is_over(order["estimatedDelivery"], end)]
    amounts = {}
    for order in delayed:
        if order["giftValue"] is not None:
            amounts[order["currency"]] = amounts.get(order["currency"], 0) + order["giftValue"]
    return [{"currency": currency, "amount": amount} for currency, amount in sorted(amounts.items())]


def today(orders, vendors):
    """The levels at any instant after all events and promises, and 48 hours more: they do not change any more."""
    times = [order[name] for order in orders for name in ("updatedAt", "estimatedDelivery", "shipBy")]
    end = max(at for at in times if at is not None) + STALL + DAY
    by_vendor = {}
    for vendor in vendors:
        of_vendor = [order for order in orders if order["vendorId"] == vendor]
        by_vendor[vendor] = levels_at(of_vendor, end)[1] | {
            "overdueValue": overdue_value(of_vendor, end),
            "lastArrivalAt": last_arrival(of_vendor, end),
        }
    return by_vendor
