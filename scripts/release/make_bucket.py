"""Makes the bucket of the packages in the emulator; in the cloud bootstrap.yaml does: make_bucket.py NAME"""

import sys

from cloud import client

s3 = client("s3")
if sys.argv[1] not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
    s3.create_bucket(Bucket=sys.argv[1], CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
