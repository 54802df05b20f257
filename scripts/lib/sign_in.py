"""Prints an access token of the demo for one host: sign_in.py HOST PORT DOMAIN DEMO_FILE SEED_BINARY

People of the back offices prove a second factor, and once more for an elevated session, so that what asks for one can be
reached; a code that was used is refused, so the second proof waits for the next.
"""

import base64
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request

HOST, PORT, DOMAIN, DEMO, SEED = sys.argv[1:6]
PASSWORD = "drrip-demo-2026"


class Refused(SystemExit):
    """Ends the script unless somebody knows better."""


def post(path, body, **headers):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"host": f"{HOST}.{DOMAIN}:{PORT}", "content-type": "application/json"} | headers
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        raise Refused(f"{path} answered {refusal.code}: {refusal.read().decode()}") from None


def code(mail):
    return subprocess.check_output([SEED, "code", mail], text=True).strip()


def next_code(mail, used):
    while (fresh := code(mail)) == used:
        time.sleep(1)
    return fresh


def customer():
    signed_in = post("/v1/auth/sign-in", {"email": "minji@drrip.example", "password": PASSWORD})
    proof = {"password": PASSWORD}
    return post("/v1/auth/reauthentication", proof, authorization=f"Bearer {signed_in['access_token']}")["access_token"]


def of_back_office(mail, second_factor, step_up):
    challenge = post("/v1/auth/sign-in", {"email": mail, "password": PASSWORD})["challenge_id"]
    used = code(mail)
    try:
        token = post(second_factor, {"challenge_id": challenge, "proof": {"code": used}})["access_token"]
    except Refused:
        used = next_code(mail, used)
        token = post(second_factor, {"challenge_id": challenge, "proof": {"code": used}})["access_token"]
    return post(step_up, {"code": next_code(mail, used)}, authorization=f"Bearer {token}")["access_token"]


def partner():
    line = next(line for line in open(DEMO, encoding="utf-8") if "drc_demo_erp" in line).split()
    basic = base64.b64encode(f"drc_demo_erp:{line[-1]}".encode()).decode()
    form = {"content-type": "application/x-www-form-urlencoded", "authorization": f"Basic {basic}"}
    return post("/v1/oauth/token", b"grant_type=client_credentials", **form)["access_token"]


people = {
    "service": customer,
    "seller": lambda: of_back_office("owner@moodhaus.example", "/v1/auth/second-factor", "/v1/auth/reauthentication"),
    "admin": lambda: of_back_office("super.admin@drrip.example", "/v1/auth/mfa-verifications", "/v1/auth/step-up"),
    "external": partner,
}
print(people[HOST]())
