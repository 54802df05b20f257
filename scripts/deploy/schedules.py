"""The emulator fires cron schedules by UTC whatever ScheduleExpressionTimezone says: gives it the hours of UTC."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
ANY = ("*", "?")


def expand(field):
    """"9-11,14" → [9, 10, 11, 14], "*/6" → [0, 6, 12, 18]; None for what is no list of numbers."""
    numbers = []
    for part in field.split(","):
        if re.fullmatch(r"\*/\d+", part):
            numbers += range(0, 24, int(part[2:]))
            continue
        first, _, last = part.partition("-")
        if not first.isdigit() or not (last or first).isdigit():
            return None
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def day_names(field):
    """"MON-FRI" and "2-6" → [1, 2, 3, 4, 5], with Sunday as 0."""
    for number, name in enumerate(DAYS, start=1):
        field = field.upper().replace(name, str(number))
    numbers = expand(field)
    return numbers and [n - 1 for n in numbers]


def to_utc(expression, hours_ahead):
    """The same moments by UTC, or None when this cron cannot be moved as a whole."""
    match = re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)", expression)
    if not match:
        return None
    minute, hour, day, month, weekday, year = match.groups()
    if hour == "*" and day in ANY and weekday in ANY:
        return expression
    hours = expand(hour)
    if hours is None:
        return None
    days_back = {(h - hours_ahead) // 24 for h in hours}
    if days_back != {0} and (day not in ANY or weekday not in ANY):
        if len(days_back) != 1 or month != "*":
            return None
        (shift,) = days_back
        if weekday not in ANY:
            numbers = day_names(weekday)
            if numbers is None:
                return None
            weekday = ",".join(DAYS[(n + shift) % 7] for n in numbers)
        if day not in ANY:
            numbers = None if "/" in day else expand(day)
            if numbers is None or not all(1 <= n + shift <= 28 for n in numbers):
                return None
            day = ",".join(str(n + shift) for n in numbers)
    hour = ",".join(str(h) for h in sorted((h - hours_ahead) % 24 for h in hours))
    return f"cron({minute} {hour} {day} {month} {weekday} {year})"


def hours_ahead(zone):
    return int(datetime.now(ZoneInfo(zone)).utcoffset().total_seconds() // 3600)


def by_utc(scheduler, template, intrinsics):
    """Moves every schedule of the template; names those that stay as they are."""
    stay = []
    for logical, resource in template["Resources"].items():
        if resource["Type"] != "AWS::Scheduler::Schedule" or logical not in intrinsics.resources:
            continue
        keys = ("ScheduleExpression", "ScheduleExpressionTimezone", "GroupName")
        wanted = intrinsics.value({k: v for k, v in resource["Properties"].items() if k in keys})
        zone = wanted.get("ScheduleExpressionTimezone", "UTC")
        if zone == "UTC" or not wanted["ScheduleExpression"].startswith("cron("):
            continue
        moved = to_utc(wanted["ScheduleExpression"], hours_ahead(zone))
        if moved is None:
            stay.append(f"{logical} fires by UTC: {wanted['ScheduleExpression']}")
            continue
        where = {"Name": intrinsics.resources[logical][1].split("/")[-1]}
        if wanted.get("GroupName"):
            where["GroupName"] = wanted["GroupName"]
        have = scheduler.get_schedule(**where)
        if have["ScheduleExpression"] != moved:
            kept = {k: have[k] for k in ("Target", "FlexibleTimeWindow", "State", "Description") if k in have}
            scheduler.update_schedule(**where, **kept, ScheduleExpression=moved, ScheduleExpressionTimezone="UTC")
    return stay
