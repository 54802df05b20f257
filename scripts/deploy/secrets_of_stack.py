"""The secrets of this machine's stack: made once, kept in a file, put into the emulator's Secrets Manager.

Every part is one secret `drrip/<stage>/<part>` whose JSON object has some of the fields of boot::Secrets; a function
lists the parts that it may read. In the cloud people put the same parts by hand (docs of the deployment)."""

import json
import os
import secrets
import subprocess

AUDIENCES = ("service", "seller", "admin", "external")
CARRIERS = ("CJ", "HANJIN", "LOGEN", "LOTTE", "EPOST", "KYUNGDONG", "DAESIN")
SECURITY_KEY = "0123456789abcdef" * 4


def _openssl(*arguments, given=None):
    return subprocess.run(["openssl", *arguments], input=given, check=True, capture_output=True, text=True).stdout


def _key_pair():
    private = _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    return private, _openssl("pkey", "-pubout", given=private)


def made():
    """What is random: data sealed with it must stay readable, so it is made once per instance."""
    pairs = {audience: _key_pair() for audience in AUDIENCES}
    parts = {
        "personal": {"pii_key": secrets.token_hex(32), "hash_key": secrets.token_hex(32)},
        "verifying": {"verifying": {a: [{"kid": f"{a}-1", "pem": public}] for a, (_, public) in pairs.items()}},
    }
    for audience, (private, _) in pairs.items():
        parts[f"signing-{audience}"] = {"signing": {audience: {"kid": f"{audience}-1", "pem": private}}}
    return parts


def given(database, direct):
    """What follows from where the services listen, and the keys that the simulators know."""
    return {
        "database": {"database_writer": database, "database_reader": database},
        "database-direct": {"database_direct": direct},
        "toss": {"toss": {"secret_key": "test_sk_drrip_simulator", "client_key": "test_ck_drrip_simulator"}},
        "payouts": {"payouts": {"webhook_key": SECURITY_KEY, "body_key": SECURITY_KEY}},
        "agency": {"agency_secret": "portone_simulator_secret"},
        "bank": {"bank_secret": "drrip-simulator-bank"},
        "carriers": {"carriers": {carrier: "carrier_simulator_secret" for carrier in CARRIERS}},
    }


def load(file, database, direct):
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(made(), out, indent=1)
    return json.loads(file.read_text()) | given(database, direct)


def put(manager, stage, parts):
    """Creates what the template did not, and gives every part its value."""
    pages = manager.get_paginator("list_secrets").paginate()
    known = {secret["Name"] for page in pages for secret in page["SecretList"]}
    for part, value in parts.items():
        name, text = f"drrip/{stage}/{part}", json.dumps(value)
        if name in known:
            manager.put_secret_value(SecretId=name, SecretString=text)
        else:
            manager.create_secret(Name=name, SecretString=text)
    return [f"drrip/{stage}/{part}" for part in parts]
