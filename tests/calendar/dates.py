"""The dates of letters that the rules give for a small record, worked out without the program (DOMAIN.md 1, 4, 5 and 7).

`dates.py OFFICE RECORD` reads the office's files (holidays, meetings, Users, people) and says as JSON which letters leave
on which day if nobody does anything: `[date, kind, case, recipient]`, case being empty where it is about none, and
recipient where the rules name a role.
RECORD is JSON: `day_0` (nothing of that day or before is told), `until`, and `cases`, each with `reference`, `received`
(a date), `asked_for_information` and, where stated, `intended_start`. Only Python's own library is used.
"""

import datetime
import json
import sys
import tomllib
from pathlib import Path

office, record = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
DAY, WEEK = datetime.timedelta(days=1), datetime.timedelta(weeks=1)
read = lambda name: tomllib.loads((office / "directory" / name).read_text())
date = datetime.date.fromisoformat
day_0, until = date(record["day_0"]), date(record["until"])

events = json.loads((office / "bank-holidays.json").read_text())["england-and-wales"]["events"]
bank_holidays = {date(event["date"]) for event in events}


def works(day):
    return day.weekday() < 5 and day not in bank_holidays


def count(day, n, step):
    """The n-th Working Day after (or before) a day, which does not count."""
    while n > 0:
        day += step
        n -= works(day)
    return day


def after(day, n):
    return count(day, n, DAY)


def before(day, n):
    return count(day, n, -DAY)


def sent(day):
    """What comes up on a day leaves in the window of that day, or of the next Working Day."""
    return day if works(day) else after(day, 1)


def a_year_later(day):
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)


letters = []


def letter(day, kind, about, to=""):
    if day_0 < day <= until:
        letters.append([day.isoformat(), kind, about, to])


def digests():
    day = day_0
    while day <= until:
        if day.weekday() < 5:
            letter(day, "digest", "")
        day += DAY


def in_office(person, day):
    return person["valid_from"] <= day <= person.get("valid_until", datetime.date.max)


people, users = read("people.toml")["person"], read("users.toml")["user"]
group_of = {user["key"]: user.get("group", user["key"]) for user in users}


def members(day):
    roles = ("ssc_member", "ssc_alternate")
    return [one for one in people if one["role"] in roles and in_office(one, day)]


def of_group(person):
    party = person.get("party")
    return group_of.get(party, party)


def cases():
    """Each goes before the first SSC meeting whose papers are open, and, undecided, before each that follows."""
    meetings = sorted(meeting["on"] for meeting in read("meetings.toml")["meeting"] if meeting["body"] == "SSC")
    with_papers = set()
    for case in record["cases"]:
        reference, received = case["reference"], date(case["received"])
        for meeting in meetings:
            if before(meeting, 7) >= received:
                # To the Chair, and a copy to SECAS.
                letter(before(meeting, 5), "decision_request", reference)
                letter(before(meeting, 5), "decision_request", reference)
                with_papers.add(meeting)
        if case["asked_for_information"]:
            due = after(received, 10)
            # Each step is over at 17:00 of its day and leaves in the next window.
            first, second = after(due, 1), after(after(due, 5), 1)
            third = max(after(after(due, 10), 1), after(after(second, 5), 1))
            letter(first, "deadline_note", reference)
            letter(second, "deadline_note", reference)
            letter(third, "note", reference)
        if "intended_start" in case:
            start = date(case["intended_start"])
            letter(sent(start - 4 * WEEK), "start_question", reference)
            letter(after(start, 1), "start_question", reference)
    for meeting in with_papers:
        for member in members(before(meeting, 5)):
            letter(before(meeting, 5), "paper_notice", "", member["emails"][0])


def reviews():
    """A Self-Assessment has no fieldwork from which a next review could be counted."""
    listed = {}
    for user in users:
        last = user.get("last_assessment")
        if last is None or last["kind"] == "Self-Assessment" or not in_office(user, day_0):
            continue
        due, contact = a_year_later(last["fieldwork_end"]), user["contact"]["email"]
        for weeks in (26, 20, 16, 4):
            letter(sent(due - weeks * WEEK), "review_reminder", "", contact)
        # Booking takes 12 weeks before the fieldwork, and the fieldwork ten Working Days before the due date.
        booking = before(due, 10) - 12 * WEEK
        letter(after(booking, 1), "note", "")
        letter(after(due, 1), "note", "")
        steps = [due - 12 * WEEK, due - 4 * WEEK, before(due, 10), before(due, 5)]
        for day in steps:
            listed.setdefault(day if works(day) else before(day, 1), []).append(user["key"])
    for day, keys in listed.items():
        for member in members(day):
            # One mail a day, which lists all that is due but the member's own group's.
            if any(group_of[key] != of_group(member) for key in keys):
                letter(day, "members_reminder", "", member["emails"][0])


digests()
cases()
reviews()
json.dump(sorted(letters), sys.stdout)
