"""Reads order events: which lines are accepted, and what they say."""

import collections
import json
import re

from days import DAY, instant, is_date, last_second

# Events of the same instant are sorted in the order of this list.
STATUSES = [
    "PLACED", "SHIPPING_ON_TIME", "SHIPPING_DELAYED",
    "ARRIVED", "LOST", "DAMAGED", "UNDELIVERABLE", "RETURN_TO_SENDER", "CANCELLED",
]
ACTIVE = STATUSES[:3]
ISSUES = STATUSES[4:8]
TWO_YEARS = 2 * 366 * DAY
PROMISES = ("estimatedDelivery", "shipBy")
PLACEMENT_FIELDS = (
    *PROMISES, "giftValue", "currency", "giftType", "isRush", "reference", "vendorName", "destination",
)
DEFAULTS = {"currency": "USD", "isRush": False}
NOTES = ("carrier", "trackingNumber", "reason")
KINDS = {"giftValue": int, "isRush": bool, "isBackfilled": bool, "destination": dict, "attributes": dict}
TEXTS = (
    "eventId", "orderId", "vendorId", "status", "occurredAt", *PROMISES, "currency", "giftType", *NOTES,
    "parcelId", "reference", "vendorName",
)
FIRST, AFTER_LAST = instant("2000-01-01T00:00:00Z"), instant("2100-01-01T00:00:00Z")
# Times in the future have the year 2099 in the fixture.
FUTURE = instant("2099-01-01T00:00:00Z")


def is_id(text):
    return re.fullmatch(r"[A-Za-z0-9._:-]{1,128}", text, re.ASCII) is not None


def is_note(longest):
    return lambda text: len(text) <= longest and not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in text)


def is_promise(text):
    micros = instant(f"{text}T00:00:00Z") if is_date(text) else instant(text)
    return micros is not None and FIRST <= micros < AFTER_LAST


def is_destination(value):
    texts = value.keys() <= {"country", "region", "postalPrefix"} and all(type(part) is str for part in value.values())
    return texts and re.fullmatch(r"[A-Z]{2}", value.get("country", "")) is not None


RULES = {
    "eventId": is_id,
    "orderId": is_id,
    "vendorId": is_id,
    "parcelId": is_id,
    "status": lambda text: text in STATUSES,
    "carrier": is_note(128),
    "trackingNumber": is_note(128),
    "reason": is_note(500),
    "reference": is_note(128),
    "vendorName": is_note(128),
    "estimatedDelivery": is_promise,
    "shipBy": is_promise,
    "currency": lambda text: re.fullmatch(r"[A-Z]{3}", text) is not None,
    "giftType": lambda text: re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text) is not None,
    "giftValue": lambda value: value >= 0,
    "destination": is_destination,
    "attributes": lambda value: len(value) <= 20 and all(type(text) is str for text in value.values()),
}


def parse(line, zone):
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
    invalid |= raw.keys() - KINDS.keys() - set(TEXTS)
    # Without a valid status it is not known which fields the event may have.
    if raw.get("status") in STATUSES:
        invalid |= raw.keys() & ({"parcelId"} if is_placed else set(PLACEMENT_FIELDS))
    for name, rule in RULES.items():
        # Only PLACED requires a vendor. Without a valid status, the vendor is not checked.
        ignored = name == "vendorId" and raw.get("status") not in STATUSES
        if name in raw and not ignored and not rule(raw[name]):
            invalid.add(name)
    at = instant(raw.get("occurredAt", ""))
    if "occurredAt" in raw and at is None:
        invalid.add("occurredAt")
    # The range of a time is checked only if the event is otherwise valid.
    if not invalid and not FIRST <= at < FUTURE:
        invalid.add("occurredAt")
    if invalid:
        return None, sorted(invalid), []
    fields = ("eventId", "orderId", "status", "vendorId", "parcelId", "attributes", *NOTES)
    event = {name: raw.get(name) for name in fields} | {"at": at, "isBackfilled": raw.get("isBackfilled", False)}
    omitted = []
    if is_placed:
        event |= {name: raw.get(name, DEFAULTS.get(name)) for name in PLACEMENT_FIELDS}
        for name in PROMISES:
            text = raw.get(name)
            promise = text and (last_second(text, zone) if is_date(text) else instant(text))
            if promise is not None and promise - at > TWO_YEARS:
                omitted.append(name)
                promise = None
            event[name] = promise
    return event, [], omitted


def by_time(event):
    return event["at"], STATUSES.index(event["status"]), event["eventId"]


def names_another_vendor(event, events):
    """Whether the event is a placement that names another vendor than the first placement of its order."""
    placements = [other for other in events if other["status"] == "PLACED"]
    return event in placements and min(placements, key=by_time)["vendorId"] != event["vendorId"]


def ingest(lines, zone):
    """(the result of each line, the facts of each order, the vendors of all accepted events)."""
    answers, facts, vendors = [], collections.defaultdict(dict), set()
    for number, line in enumerate(lines, 1):
        event, invalid, warnings = parse(line, zone)
        result = "rejected"
        if event:
            of_order = facts[event["orderId"]]
            known = of_order.get(event["eventId"])
            if known is None:
                of_order[event["eventId"]] = event
                vendors.update(filter(None, [event["vendorId"]]))
                result = "accepted"
                warnings += ["vendorId"] if names_another_vendor(event, of_order.values()) else []
            elif known == event:
                result = "duplicate"
            else:
                invalid, warnings = ["eventId"], []
        answers.append({"line": number, "result": result, "errors": invalid, "warnings": warnings})
    return answers, facts, vendors
