"""CloudFormation's limits, counted over what SAM makes of the template, for what exists and for what is to come."""

import collections
import json
import logging
import pathlib
import unittest

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from template import functions, load

ROOT = pathlib.Path(__file__).parents[3]
RESOURCES, TEMPLATE_BYTES, ROUTES_OF_AN_API = 500, 1_000_000, 300
# What the platform is planned to have: hosts, workers, schedules and the platform's own.
FUNCTIONS, QUEUES, SCHEDULES, PATHS = 38, 24, 26, 600
DIGEST = "0" * 64


def translated(stage="prod"):
    template = load(ROOT / "template.yaml")
    for logical, function in functions(template):
        function["Properties"]["CodeUri"] = f"s3://packages/code/{logical}/{DIGEST}.zip"
    logging.disable(logging.WARNING)
    session = boto3.Session(region_name="ap-northeast-2")
    return Translator({}, Parser(), boto_session=session).translate(template, {"Stage": stage})


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.template = translated()
        cls.kinds = collections.Counter(resource["Type"] for resource in cls.template["Resources"].values())
        logging.disable(logging.NOTSET)

    def test_what_exists_fits(self):
        self.assertLess(sum(self.kinds.values()), RESOURCES, self.kinds)
        self.assertLess(len(json.dumps(self.template)), TEMPLATE_BYTES)

    def test_what_is_to_come_fits(self):
        """A function is its role, version, alias and deployment group; one of a host is a permission more."""
        made = sum(self.kinds.values())
        here = self.kinds["AWS::Lambda::Version"]
        queues = self.kinds["AWS::Lambda::EventSourceMapping"]
        schedules = self.kinds["AWS::Scheduler::Schedule"]
        for counted, planned in ((here, FUNCTIONS), (queues, QUEUES), (schedules, SCHEDULES)):
            self.assertLessEqual(counted, planned)
        more = (FUNCTIONS - here) * 6 + (QUEUES - queues) * 5 + (SCHEDULES - schedules) * 1
        self.assertLess(made + more, RESOURCES, f"{made} now and {more} to come")

    def test_a_schedule_makes_no_role_of_its_own(self):
        roles = [r["Properties"].get("RoleArn") or r["Properties"]["Target"]["RoleArn"] for r in self.template["Resources"].values() if r["Type"] == "AWS::Scheduler::Schedule"]
        self.assertTrue(all(role == {"Fn::GetAtt": ["ScheduleRole", "Arn"]} for role in roles), "RoleArn: !GetAtt ScheduleRole.Arn")

    def test_routes_go_by_first_segment_and_leave_room_for_nine_hundred_endpoints(self):
        """A path of an API is a few hundred bytes of the template and one of its routes, however many endpoints are behind it."""
        apis = [r["Properties"]["Body"] for r in self.template["Resources"].values() if r["Type"] == "AWS::ApiGatewayV2::Api"]
        paths = sum(len(api["paths"]) for api in apis)
        bytes_of_a_path = sum(len(json.dumps(api["paths"])) for api in apis) / paths
        size = len(json.dumps(self.template))
        self.assertTrue(all(len(api["paths"]) <= ROUTES_OF_AN_API for api in apis))
        self.assertLess(size * FUNCTIONS / self.kinds["AWS::Lambda::Version"] + (PATHS - paths) * bytes_of_a_path, TEMPLATE_BYTES)

    def test_nobody_comes_past_the_edge(self):
        """After SAM: every route of every host names the authorizer."""
        for resource in self.template["Resources"].values():
            if resource["Type"] == "AWS::ApiGatewayV2::Api":
                for path, methods in resource["Properties"]["Body"]["paths"].items():
                    for method, operation in methods.items():
                        self.assertEqual(operation.get("security"), [{"Edge": []}], f"{method} {path}")

    def test_the_outer_templates_are_small(self):
        for name in ("edge.yaml", "bootstrap.yaml", "copies.yaml", "vault.yaml"):
            self.assertLess((ROOT / name).stat().st_size, 51_200)
