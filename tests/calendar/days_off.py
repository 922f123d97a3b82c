"""Says which days of some years are no Working Days, as another library knows them: `days_off.py FIRST LAST`.

A day a line, as YYYY-MM-DD. Needs PyPI's holidays (`tests/run.sh --all` lays it down in target/python).
"""

import datetime
import sys

import holidays

first, last = map(int, sys.argv[1:])
bank_holidays = holidays.country_holidays("GB", subdiv="ENG", years=range(first, last + 1))
day = datetime.date(first, 1, 1)
while day.year <= last:
    if day.weekday() >= 5 or day in bank_holidays:
        print(day.isoformat())
    day += datetime.timedelta(days=1)
