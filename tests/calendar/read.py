"""Reads calendars as another program does, and says as JSON what it read: `read.py FILE...`.

Needs Python's icalendar (Debian 12: python3-icalendar 4.0.3).
"""

import datetime
import json
import sys

import icalendar


def instant(value):
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat()


def person(value):
    return {"address": str(value), **{name: str(said) for name, said in value.params.items()}}


def event(found):
    attendees = found.get("ATTENDEE", [])
    said = {name: str(found[name]) for name in found if name not in ("DTSTART", "DTEND", "DTSTAMP", "ATTENDEE", "ORGANIZER")}
    for name in ("DTSTART", "DTEND", "DTSTAMP"):
        said[name] = instant(found.decoded(name))
    said["ORGANIZER"] = person(found["ORGANIZER"]) if "ORGANIZER" in found else None
    said["ATTENDEE"] = [person(one) for one in (attendees if isinstance(attendees, list) else [attendees])]
    if found.errors:
        said["errors"] = [str(error) for error in found.errors]
    return said


def read(path):
    with open(path, "rb") as file:
        calendar = icalendar.Calendar.from_ical(file.read())
    return {
        "properties": {name: str(calendar[name]) for name in calendar if name != "REFRESH-INTERVAL"},
        "zones": [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")],
        "events": [event(found) for found in calendar.walk("VEVENT")],
    }


json.dump([read(path) for path in sys.argv[1:]], sys.stdout)
