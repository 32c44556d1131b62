"""The fold: the order that follows from a set of facts."""

from days import passes_at, rfc3339
from events import ACTIVE, ISSUES, NOTES, PLACEMENT_FIELDS, STATUSES, TWO_YEARS, by_time

# From the least far to the farthest.
STEPS = ["PLACED", "SHIPPING_DELAYED", "SHIPPING_ON_TIME"]
TIMES = ("createdAt", "updatedAt", "estimatedDelivery", "shipBy", "actualDelivery", "completedAt")
LATER_TIMES = ("refundedAt", "returnedAt", "replacementArrivedAt")


def fold_parcel(facts, created):
    """What happened to one parcel, from the sorted facts about it."""
    parcel = dict.fromkeys(("completedAt", "outcome", "handedOverAt", "actualDelivery", *LATER_TIMES))
    parcel["steps"] = [(created, "PLACED")]
    before = set()
    is_replaced = False

    def first(name, at):
        parcel[name] = at if parcel[name] is None else parcel[name]

    for fact in facts:
        status, at = fact["status"], max(fact["at"], created)
        if status in ACTIVE:
            is_replaced = is_replaced or bool(before & {"LOST", "DAMAGED"})
            if status != "PLACED" and parcel["completedAt"] is None:
                parcel["steps"].append((at, status))
                first("handedOverAt", at)
            continue
        if status == "CANCELLED" and before - {"CANCELLED"}:
            first("refundedAt", at)
        elif status == "RETURN_TO_SENDER" and parcel["actualDelivery"] is not None:
            first("returnedAt", at)
        elif status == "ARRIVED" and "RETURN_TO_SENDER" in before:
            pass  # It arrived at the sender.
        elif status == "ARRIVED" and is_replaced:
            first("replacementArrivedAt", at)
        else:
            parcel["outcome"] = status
            if status == "ARRIVED":
                first("actualDelivery", at)
        if status != "CANCELLED":
            first("handedOverAt", at)
        first("completedAt", at)
        before.add(status)
    return parcel


def merged_steps(parcels):
    """At each instant the least far step of the parcels that have not ended."""
    instants = {at for parcel in parcels for at, _ in parcel["steps"]}
    instants |= {parcel["completedAt"] for parcel in parcels if parcel["completedAt"] is not None}
    steps = []
    for now in sorted(instants):
        not_ended = [parcel for parcel in parcels if parcel["completedAt"] is None or parcel["completedAt"] > now]
        at_now = [[step for at, step in parcel["steps"] if at <= now][-1] for parcel in not_ended]
        least = min(at_now, key=STEPS.index, default=None)
        if least and (not steps or steps[-1][1] != least):
            steps.append((now, least))
    return steps


def latest_if_all(times):
    return None if None in times else max(times)


def fold(facts):
    """The order that follows from a set of facts, or None without a placement."""
    facts = sorted(facts, key=by_time)
    placements = [fact for fact in facts if fact["status"] == "PLACED"]
    if not placements:
        return None
    vendor, created = placements[0]["vendorId"], placements[0]["at"]
    names = sorted({fact["parcelId"] for fact in facts} - {None}) or [None]
    all_parcels = [fold_parcel([fact for fact in facts if fact["parcelId"] in (None, name)], created) for name in names]
    # A parcel that ends cancelled counts only if all do.
    parcels = [parcel for parcel in all_parcels if parcel["outcome"] != "CANCELLED"] or all_parcels

    # A placement with another vendor counts nowhere, so it gives no field either.
    own = [placement for placement in placements if placement["vendorId"] == vendor]
    order = {"vendorId": vendor, "createdAt": created}
    for name in PLACEMENT_FIELDS:
        order[name] = next((fact[name] for fact in own if fact[name] is not None), None)
    for name in NOTES:
        order[name] = next((fact[name] for fact in reversed(facts) if fact[name] is not None), None)
    for name in LATER_TIMES:
        order[name] = min((parcel[name] for parcel in parcels if parcel[name] is not None), default=None)
    for name in ("completedAt", "handedOverAt", "actualDelivery"):
        order[name] = latest_if_all([parcel[name] for parcel in parcels])
    order["steps"] = merged_steps(parcels)
    outcomes = [parcel["outcome"] for parcel in parcels]
    outcome = next((outcome for outcome in outcomes if outcome in ISSUES), outcomes[0])
    order["status"] = order["steps"][-1][1] if order["completedAt"] is None else outcome
    order["occurrences"] = [fact["at"] for fact in facts]
    order["updatedAt"] = order["occurrences"][-1]
    order["placedWith"] = {fact["vendorId"] for fact in placements}
    arrivals = [fact["at"] for fact in facts if fact["status"] == "ARRIVED"]
    order["suspect"] = any(at < created or at - created > TWO_YEARS for at in arrivals)
    promise, end = order["estimatedDelivery"], order["completedAt"]
    # All promises of the fixture have passed.
    order["isDelayed"] = promise is not None and (end is None or end >= passes_at(promise))
    return order


def order_view(order_id, order):
    others = (
        "vendorId", "status", "isDelayed", "giftValue", "currency", "giftType", "isRush", *NOTES,
        "reference", "destination", "suspect",
    )
    times = {name: rfc3339(order[name]) for name in (*TIMES, *LATER_TIMES)}
    return {"orderId": order_id} | times | {name: order[name] for name in others}


def status_counts(orders):
    return {status: sum(order["status"] == status for order in orders) for status in STATUSES}
