"""What `sam package` does for the cloud, for the emulator: points every CodeUri at a zip in S3.

The zip holds a three-line bootstrap that runs the built binary, so that a deploy moves no megabytes and an unchanged
binary publishes no new version."""

import hashlib
import io
import json
import pathlib
import shutil
import subprocess
import tomllib
import zipfile

from template import functions

BUCKET = "drrip-deploy"


def binary_name(root, function):
    """Metadata.BuildProperties.Binary, else the package at CodeUri, else CodeUri's last segment."""
    binary = function.get("Metadata", {}).get("BuildProperties", {}).get("Binary")
    if binary:
        return binary
    code = root / function["Properties"]["CodeUri"]
    manifest = code / "Cargo.toml"
    if manifest.exists():
        described = tomllib.loads(manifest.read_text(encoding="utf-8"))
        bins = described.get("bin", [])
        return bins[0]["name"] if bins and "name" in bins[0] else described["package"]["name"]
    return code.name


def copy_stripped(source, target):
    """Copies without debug information; replaces in one step, as a running function may hold the old file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(".new")
    if not shutil.which("strip") or subprocess.run(["strip", "-o", fresh, source], capture_output=True).returncode:
        shutil.copy2(source, fresh)
    fresh.replace(target)
    return hashlib.sha256(target.read_bytes()).hexdigest()


def collect_binaries(root, built, build, template):
    """Copies what changed since the last time; returns logical id → (path, digest)."""
    record = build / "binaries.json"
    known = json.loads(record.read_text()) if record.exists() else {}
    found, missing = {}, []
    for logical, function in functions(template):
        source = built / binary_name(root, function)
        if not source.exists():
            missing.append(f"{logical}: {source.name}")
            continue
        stat, target = source.stat(), build / logical / "bootstrap"
        key = [str(source), stat.st_size, stat.st_mtime_ns]
        if known.get(logical, {}).get("source") != key or not target.exists():
            print(f"{logical} <- {source.name}", flush=True)
            known[logical] = {"source": key, "digest": copy_stripped(source, target)}
        found[logical] = (target, known[logical]["digest"])
    if missing:
        raise SystemExit(f"No built binary in {built} for\n  " + "\n  ".join(missing))
    record.write_text(json.dumps(known, indent=1))
    return found


def zipped_bootstrap(path, digest):
    file = zipfile.ZipInfo("bootstrap", date_time=(2000, 1, 1, 0, 0, 0))
    file.external_attr = 0o755 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(file, f"#!/bin/sh\n# {digest}\nexec '{path}'\n")
    return buffer.getvalue()


def make_bucket(s3):
    if BUCKET not in [b["Name"] for b in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})


def package(template, binaries, s3):
    """The template with every CodeUri in S3, and the template's own address there."""
    make_bucket(s3)
    for logical, function in functions(template):
        path, digest = binaries[logical]
        key = f"{logical}/{digest}.zip"
        s3.put_object(Bucket=BUCKET, Key=key, Body=zipped_bootstrap(path, digest))
        function["Properties"]["CodeUri"] = f"s3://{BUCKET}/{key}"
        function.pop("Metadata", None)
    return json.dumps(template)


def upload_template(body, s3):
    s3.put_object(Bucket=BUCKET, Key="template.json", Body=body.encode())
    return f"{s3.meta.endpoint_url}/{BUCKET}/template.json"


def built_folder(root, target_dir, profile):
    return pathlib.Path(target_dir or root / "target") / profile
