"""Packages of functions in one bucket, by the digest of what is in them, and one manifest per release.

    code/<function>/<digest>.zip      a package; never overwritten
    releases/<commit>.json            the manifest: function → package, digest, commit it was built of
    releases/<commit>.template.json   the template with every CodeUri at its package
    releases/latest.json              the manifest of the last build

Context: dev, staging and prod must run the very same packages, and prod may be several releases behind.
Decision: one bucket outside the stages that the build writes and every stage reads; a manifest names all functions, those
that were not built with the package they had. Rejected: packages per stage, for prod would need those of the releases it
skipped. Consequence: any release of the past is deployed again without a build."""

import hashlib
import io
import json
import pathlib
import shutil
import zipfile

from botocore.exceptions import ClientError


class Packages:
    def __init__(self, s3, bucket):
        self.s3, self.bucket = s3, bucket

    def has(self, key):
        try:
            self.s3.head_object(Bucket=self.bucket, Key=key)
            return True
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
                return False
            raise

    def read(self, key):
        return json.loads(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()) if self.has(key) else None

    def write(self, key, value):
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=json.dumps(value, indent=1).encode())

    def manifest(self, commit):
        found = self.read(f"releases/{commit}.json")
        if found is None:
            raise SystemExit(f"There is no release {commit} in {self.bucket}")
        return found

    def add(self, function, binary, pack):
        """Uploads a package unless one of these contents is there; answers digest and key."""
        digest = hashlib.sha256(binary.read_bytes()).hexdigest()
        key = f"code/{function}/{digest}.zip"
        if not self.has(key):
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=pack(binary, digest))
        return digest, key


def zipped(binary, digest):
    """The binary as Lambda wants it; equal contents give equal bytes."""
    return archive(binary.read_bytes(), zipfile.ZIP_DEFLATED)


def linked(folder):
    """For the emulator on the same machine: three lines that run the binary, kept in a folder by its digest, so that what an
    older version runs stays as it was."""

    def pack(binary, digest):
        copy = folder.resolve() / binary.name / digest
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(binary, copy.with_suffix(".new"))
            copy.with_suffix(".new").replace(copy)
        return archive(f"#!/bin/sh\n# {digest}\nexec '{copy}'\n".encode(), zipfile.ZIP_STORED)

    return pack


def archive(bootstrap, compression):
    file = zipfile.ZipInfo("bootstrap", date_time=(2000, 1, 1, 0, 0, 0))
    file.external_attr, file.compress_type = 0o755 << 16, compression
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        out.writestr(file, bootstrap)
    return buffer.getvalue()


def built_binary(folder, name):
    """What cargo-lambda or cargo leaves: <folder>/<name>/bootstrap or <folder>/<name>."""
    for path in (folder / name / "bootstrap", folder / name):
        if path.is_file():
            return path
    raise SystemExit(f"{name} was planned and is not built in {folder}")


def next_manifest(last, commit, tree_functions, built):
    """Every function of the template: what was built now, the rest as it was in the last release."""
    functions = {}
    for name, function in sorted(tree_functions.items()):
        if name in built:
            digest, key = built[name]
            before = (last or {}).get("functions", {}).get(name, {})
            # Built anew and still the same: it stays what it was, and gets no new version.
            since = before["commit"] if before.get("digest") == digest else commit
            functions[name] = {"logical": function["logical"], "digest": digest, "key": key, "commit": since}
        elif name in (last or {}).get("functions", {}):
            functions[name] = last["functions"][name] | {"logical": function["logical"]}
        else:
            raise SystemExit(f"{name} has no package and was not built: plan from a release that has it, or from none")
    return {"commit": commit, "base": (last or {}).get("commit"), "functions": functions}


def packaged(template, manifest, bucket):
    """The template as it is deployed."""
    by_logical = {function["logical"]: function for function in manifest["functions"].values()}
    for logical, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"s3://{bucket}/{by_logical[logical]['key']}"
            resource.pop("Metadata", None)
    template["Parameters"]["Release"]["Default"] = manifest["commit"]
    return template


def moved(before, after):
    """Functions whose package differs between two releases: what a stage ships."""
    old = (before or {}).get("functions", {})
    new = after["functions"]
    return sorted(name for name, function in new.items() if old.get(name, {}).get("digest") != function["digest"])
