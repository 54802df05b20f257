"""Prints what the functions log, as it comes: follow_logs.py"""

import re
import time

from botocore.exceptions import ClientError

from cloud import client

NOISE = re.compile(r"^(START|END|REPORT|INIT_START) ")


def main():
    logs, seen = client("logs"), {}
    began = int((time.time() - 600) * 1000)
    while True:
        for group in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]:
            name = group["logGroupName"]
            since = seen.setdefault(name, (began, set()))
            try:
                events = logs.filter_log_events(logGroupName=name, startTime=since[0])["events"]
            except ClientError:
                continue
            for event in sorted(events, key=lambda e: e["timestamp"]):
                key = (event["timestamp"], event["logStreamName"], event["message"])
                if key in since[1]:
                    continue
                since[1].add(key)
                if not NOISE.match(event["message"]):
                    print(f"{name.removeprefix('/aws/lambda/')}  {event['message'].rstrip()}")
        time.sleep(1)


try:
    main()
except KeyboardInterrupt:
    pass
