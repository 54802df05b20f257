"""Clients of the emulator whose address is in AWS_ENDPOINT_URL. Never of anything else."""

import os

import boto3
from botocore.config import Config

REGION = os.environ.get("AWS_REGION", "ap-northeast-2")
ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
if not ENDPOINT.startswith("http://127.0.0.1:"):
    raise SystemExit(f"scripts/deploy is for the emulator on this machine, not for {ENDPOINT}")


def client(service):
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "path"}, proxies={}, read_timeout=900, retries={"total_max_attempts": 1}),
    )
