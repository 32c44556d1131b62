"""Instants, and the days of the report time zone. An instant is a number of microseconds since 1970, in UTC.

There is no time zone database: the only zones are UTC and America/New_York, by the rules that hold there since 2007.
"""

import datetime
import re

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = datetime.timedelta(microseconds=1)
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

TIME = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))", re.ASCII
)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


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
    return (local - EPOCH) // MICROSECOND + micros - offset * MINUTE


def rfc3339(micros):
    """An RFC 3339 time in UTC, without trailing zeros of the second."""
    if micros is None:
        return None
    text = (EPOCH + micros * MICROSECOND).isoformat().removesuffix("+00:00")
    return (text.rstrip("0") if "." in text else text) + "Z"


def is_date(text):
    try:
        return DATE.fullmatch(text) is not None and datetime.date.fromisoformat(text) is not None
    except ValueError:
        return False


def plus_days(date, days):
    return (datetime.date.fromisoformat(date) + datetime.timedelta(days=days)).isoformat()


def sunday(year, month, number):
    """The instant, in UTC, at which the given Sunday of a month starts."""
    first = datetime.date(year, month, 1)
    day = first + datetime.timedelta(days=(6 - first.weekday()) % 7 + 7 * (number - 1))
    return instant(f"{day.isoformat()}T00:00:00Z")


def day_start(date, zone):
    """The instant at which a day starts."""
    midnight = instant(f"{date}T00:00:00Z")
    if zone == "UTC":
        return midnight
    year = int(date[:4])
    if zone != "America/New_York" or year < 2007:
        raise ValueError(f"no rules for {zone} in {year}")
    # Summer time lasts from 2:00 on the second Sunday of March to 2:00 on the first Sunday of November.
    begin, end = sunday(year, 3, 2) + 7 * HOUR, sunday(year, 11, 1) + 6 * HOUR
    # Both changes of the offset are in the night, after midnight.
    return midnight + (4 if begin <= midnight + 4 * HOUR < end else 5) * HOUR


def last_second(date, zone):
    """The last second of a day: the promise that a date gives."""
    return day_start(plus_days(date, 1), zone) - SECOND


def passes_at(promise):
    """The instant from which a promise is over: the end of its minute."""
    return promise - promise % MINUTE + MINUTE
