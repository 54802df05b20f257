"""Clients of AWS, or of the emulator when AWS_ENDPOINT_URL says so."""

import os

import boto3
from botocore.config import Config


def client(service):
    local = {"s3": {"addressing_style": "path"}, "proxies": {}} if os.environ.get("AWS_ENDPOINT_URL") else {}
    # A migration may take its quarter of an hour; invoking it again because nothing came back would run it twice.
    config = Config(read_timeout=900, retries={"total_max_attempts": 1 if service == "lambda" else 5}, **local)
    return boto3.client(service, region_name=os.environ.get("AWS_REGION", "ap-northeast-2"), config=config)
