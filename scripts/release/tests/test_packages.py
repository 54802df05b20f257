"""What a release is made of: packages by their contents, a manifest of all functions, the template that is deployed."""

import io
import json
import pathlib
import tempfile
import unittest
import zipfile

from botocore.exceptions import ClientError

from packages import Packages, linked, moved, next_manifest, packaged, zipped

FUNCTIONS = {name: {"logical": name.title().replace("-", "")} for name in ("service-order", "worker-order")}


class Bucket:
    """S3, as far as releases use it."""

    def __init__(self):
        self.objects, self.puts = {}, []

    def head_object(self, Bucket, Key):
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "404"}}, "HeadObject")

    def get_object(self, Bucket, Key):
        return {"Body": io.BytesIO(self.objects[Key])}

    def put_object(self, Bucket, Key, Body):
        self.objects[Key] = Body
        self.puts.append(Key)


class Releases(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.s3 = Bucket()
        self.packages = Packages(self.s3, "packages")

    def add(self, name, text, pack=zipped):
        binary = self.folder / name
        binary.write_text(text)
        return self.packages.add(name, binary, pack)

    def test_equal_contents_are_one_package(self):
        first, again, other = self.add("worker-order", "one"), self.add("worker-order", "one"), self.add("worker-order", "two")
        self.assertEqual(first, again)
        self.assertNotEqual(first[0], other[0])
        self.assertEqual(len(self.s3.puts), 2)
        with zipfile.ZipFile(io.BytesIO(self.s3.objects[first[1]])) as archive:
            self.assertEqual(archive.read("bootstrap"), b"one")
            self.assertEqual(archive.getinfo("bootstrap").external_attr >> 16, 0o755)

    def test_a_linked_package_keeps_what_older_versions_run(self):
        kept = self.folder / "kept"
        keys = [self.add("worker-order", text, linked(kept))[1] for text in ("one", "two")]
        runs = [zipfile.ZipFile(io.BytesIO(self.s3.objects[key])).read("bootstrap").decode().split("'")[1] for key in keys]
        self.assertEqual([pathlib.Path(path).read_text() for path in runs], ["one", "two"])

    def test_a_manifest_names_what_was_built_and_keeps_the_rest(self):
        first = next_manifest(None, "c1", FUNCTIONS, {name: (f"d-{name}", f"k-{name}") for name in FUNCTIONS})
        second = next_manifest(first, "c2", FUNCTIONS, {"worker-order": ("new", "k-new")})
        self.assertEqual(moved(first, second), ["worker-order"])
        self.assertEqual({name: one["commit"] for name, one in second["functions"].items()}, {"service-order": "c1", "worker-order": "c2"})
        self.assertEqual(second["base"], "c1")
        # prod runs the first release and skips the second: it ships what differs from its own.
        third = next_manifest(second, "c3", FUNCTIONS, {"service-order": ("newer", "k-newer")})
        self.assertEqual(moved(first, third), ["service-order", "worker-order"])
        self.assertEqual(moved(second, third), ["service-order"])

    def test_built_anew_and_the_same_ships_nothing(self):
        first = next_manifest(None, "c1", FUNCTIONS, {name: ("d", "k") for name in FUNCTIONS})
        again = next_manifest(first, "c2", FUNCTIONS, {name: ("d", "k") for name in FUNCTIONS})
        self.assertEqual(moved(first, again), [])
        self.assertEqual(again["functions"]["worker-order"]["commit"], "c1")

    def test_a_function_without_a_package_is_no_release(self):
        with self.assertRaises(SystemExit):
            next_manifest(None, "c1", FUNCTIONS, {"worker-order": ("d", "k")})

    def test_the_template_points_at_the_packages(self):
        manifest = next_manifest(None, "c1", FUNCTIONS, {name: ("d", f"code/{name}/d.zip") for name in FUNCTIONS})
        resources = {one["logical"]: {"Type": "AWS::Serverless::Function", "Metadata": {}, "Properties": {"CodeUri": "functions/x"}} for one in FUNCTIONS.values()}
        template = {"Parameters": {"Release": {"Default": "unknown"}}, "Resources": resources | {"Q": {"Type": "AWS::SQS::Queue"}}}
        made = packaged(template, manifest, "packages")
        self.assertEqual(made["Resources"]["WorkerOrder"], {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "s3://packages/code/worker-order/d.zip"}})
        self.assertEqual(made["Parameters"]["Release"]["Default"], "c1")
        json.dumps(made)
