"""Lets processes of a stage work on a copy of its database: set_apart.py STAGE PART DATABASE DATABASE_DIRECT

Puts the secret part that names the copy, for whoever lists it last, and empties the rate limits, so that whoever tried too
often before may try again."""

import json
import sys

from cloud import client

stage, part, database, direct = sys.argv[1:]
secrets, name = client("secretsmanager"), f"drrip/{stage}/{part}"
text = json.dumps({"database_writer": database, "database_reader": database, "database_direct": direct})
try:
    secrets.create_secret(Name=name, SecretString=text)
except secrets.exceptions.ResourceExistsException:
    secrets.put_secret_value(SecretId=name, SecretString=text)

table, rows = f"drrip-{stage}-rate-limit-counters", client("dynamodb")
for page in rows.get_paginator("scan").paginate(TableName=table):
    for row in page["Items"]:
        rows.delete_item(TableName=table, Key={name: row[name] for name in ("counter", "window_start")})
