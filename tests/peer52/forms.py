"""How 5.2 writes and reads times, durations, arguments and JSON."""

import datetime
import json
import re
import uuid

_DURATION = re.compile(r"P(?:(?P<weeks>[\d.]+)W)?(?:(?P<days>[\d.]+)D)?"
                       r"(?:T(?:(?P<hours>[\d.]+)H)?(?:(?P<minutes>[\d.]+)M)?(?:(?P<seconds>[\d.]+)S)?)?\Z")
UTC = datetime.timezone.utc


def now():
    """The grain of all its decisions is the second, cut toward the past."""
    return datetime.datetime.now(UTC).replace(microsecond=0)


def seconds(number):
    return datetime.timedelta(seconds=number)


def write_time(at, zone=UTC):
    """Whole seconds with a numeric offset, even if that is +00:00."""
    return at.astimezone(zone).replace(microsecond=0).isoformat()


def read_time(text, zone=UTC):
    """The T is required; without an offset the time is in the zone of the host. ValueError if it is none."""
    if not isinstance(text, str) or "T" not in text:
        raise ValueError(f"'{text}' is not a date and time")
    at = datetime.datetime.fromisoformat(re.sub(r"Z\Z", "+00:00", text))
    return at if at.tzinfo else at.replace(tzinfo=zone)


def write_duration(length):
    """Weeks are split off the days, and may stand beside them; whole seconds."""
    left = round(length.total_seconds())
    weeks, left = divmod(left, 7 * 86400)
    days, left = divmod(left, 86400)
    hours, left = divmod(left, 3600)
    minutes, left = divmod(left, 60)
    date = "".join(f"{number}{unit}" for number, unit in ((weeks, "W"), (days, "D")) if number)
    clock = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (left, "S")) if number)
    return "P" + (date + ("T" + clock if clock else "") or "0D")


def read_duration(text):
    match = _DURATION.match(text) if isinstance(text, str) else None
    parts = {name: float(number) for name, number in match.groupdict().items() if number} if match else {}
    if not parts:
        raise ValueError(f"'{text}' is not a duration")
    return datetime.timedelta(**parts)


def read_uuid(text):
    """Upper or lower case, with or without hyphens, braces or urn:uuid:. ValueError if it is none."""
    return str(uuid.UUID(text))


def compact(value):
    """All but ASCII is escaped: 5.2 cannot read anything else."""
    return json.dumps(value, separators=(",", ":"))


def pretty(value):
    return json.dumps(value, indent=4, sort_keys=True, separators=(", ", ": "))


def without_comments(value):
    """Members whose names begin with # are dropped, at every depth."""
    if isinstance(value, dict):
        return {name: without_comments(item) for name, item in value.items() if not name.startswith("#")}
    if isinstance(value, list):
        return [without_comments(item) for item in value]
    return value


def sanitised(value):
    """Members whose names begin with _ stay, but become null."""
    if isinstance(value, dict):
        return {name: None if name.startswith("_") else sanitised(item) for name, item in value.items()}
    if isinstance(value, list):
        return [sanitised(item) for item in value]
    return value
