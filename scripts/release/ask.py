"""Asks every function of every host for its health, and one worker for its readiness, until it is told to stop: then it says
how many asked and how many failed. ask.py TEMPLATE DOMAIN WORKER"""

import json
import os
import signal
import sys
import threading

import stage
from cloud import client
from tree import load

template, domain, worker = load(sys.argv[1]), sys.argv[2], sys.argv[3]
done, counts, failures = threading.Event(), [0, 0], []
signal.signal(signal.SIGTERM, lambda *_: done.set())


def hosts():
    while not done.is_set():
        for host, path in stage.health_pages(template, domain):
            counts[0] += 1
            if wrong := stage.ask(os.environ["DRRIP_HEALTH_ADDRESS"], host, path, seconds=120):
                failures.append(f"{host}{path}: {wrong}")


def workers():
    functions = client("lambda")
    while not done.is_set():
        counts[1] += 1
        answer = functions.invoke(FunctionName=worker, Qualifier="live", Payload=json.dumps({"Records": []}).encode())
        if answer.get("FunctionError"):
            failures.append(f"{worker}: {answer['Payload'].read().decode()}")


threads = [threading.Thread(target=one) for one in (hosts, hosts, workers)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(f"asked {counts[0]} pages and the worker {counts[1]} times: {len(failures)} failed")
print("\n".join(failures[:20]))
sys.exit(bool(failures))
