"""Prints what the functions log, the last minute and then as it comes: follow_logs.py LOG_GROUP"""

import re
import sys
import time

from botocore.exceptions import EndpointConnectionError

from cloud import client

NOISE = re.compile(r"^(START|END|REPORT|INIT_START) ")
LATE = 5_000  # milliseconds: lines of functions that run side by side do not come in order


def main(group):
    logs, since, seen = client("logs"), int((time.time() - 60) * 1000), {}
    while True:
        events = logs.filter_log_events(logGroupName=group, startTime=since)["events"]
        for event in events:
            key = (event["logStreamName"], event["timestamp"], event["message"])
            if key not in seen and not NOISE.match(event["message"]):
                print(event["message"].rstrip())
            seen[key] = event["timestamp"]
        if events:
            since = max(since, events[-1]["timestamp"] - LATE)
            seen = {key: at for key, at in seen.items() if at >= since}
        time.sleep(1)


try:
    main(sys.argv[1])
except EndpointConnectionError:
    sys.exit("The emulator stopped.")
except (KeyboardInterrupt, BrokenPipeError):
    pass
