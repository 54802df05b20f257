"""A stage is migrated before anything else, asked on every host and given its settings; the small functions of the template do as they say."""

import copy
import http.server
import io
import json
import pathlib
import sys
import threading
import types
import unittest
from unittest import mock

from botocore.exceptions import ClientError

import stage
from template import functions, load, named_parameters, with_settings

ROOT = pathlib.Path(__file__).parents[3]
TEMPLATE = load(ROOT / "template.yaml")


def error(code):
    return ClientError({"Error": {"Code": code, "Message": code}}, "Call")


class Migrations(unittest.TestCase):
    def functions(self, answer=b'{"applied": ["0022_more"]}', failed=None, missing=False):
        calls = mock.Mock()
        if missing:
            calls.update_function_code.side_effect = error("ResourceNotFoundException")
        calls.invoke.return_value = {"Payload": io.BytesIO(answer)} | ({"FunctionError": failed} if failed else {})
        return calls

    def test_the_new_code_runs_before_the_stack_is_touched(self):
        calls = self.functions()
        self.assertEqual(stage.migrate(calls, "drrip-dev-platform-migrate", "packages", "k"), ["0022_more"])
        calls.update_function_code.assert_called_once_with(FunctionName="drrip-dev-platform-migrate", S3Bucket="packages", S3Key="k")
        self.assertEqual([name for name, *_ in calls.method_calls], ["update_function_code", "get_waiter", "invoke"])

    def test_an_empty_stage_has_nothing_to_migrate(self):
        self.assertIsNone(stage.migrate(self.functions(missing=True), "f", "b", "k"))

    def test_a_failed_migration_ends_the_deployment(self):
        with self.assertRaises(SystemExit):
            stage.migrate(self.functions(answer=b'{"errorMessage": "lock"}', failed="Unhandled"), "f", "b", "k")


class Host(http.server.BaseHTTPRequestHandler):
    sick = set()

    def do_GET(self):
        well = (self.headers["Host"], self.path) not in self.sick
        self.send_response(200 if well else 503)
        self.end_headers()
        self.wfile.write(json.dumps({"status": "ok" if well else "down"}).encode())

    def log_message(self, *_):
        pass


class Health(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def test_every_host_and_every_function_is_asked(self):
        pages = list(stage.health_pages(TEMPLATE, "drrip.example"))
        self.assertEqual({host for host, _ in pages}, {f"{host}.drrip.example" for host in ("service", "seller", "admin", "external")})
        apis = [r for r in TEMPLATE["Resources"].values() if r["Type"] == stage.API]
        functions = sum(len(api["Properties"]["DefinitionBody"]["components"]["x-amazon-apigateway-integrations"]) for api in apis)
        self.assertEqual(len(pages), functions + len(apis))
        Host.sick = set()
        self.assertEqual(stage.health(TEMPLATE, "drrip.example", self.address), {})

    def test_one_sick_function_is_enough_to_go_back(self):
        Host.sick = {("seller.drrip.example", "/healthz/order")}
        sick = stage.health(TEMPLATE, "drrip.example", self.address, tries=2, pause=0)
        self.assertEqual(list(sick), ["seller.drrip.example/healthz/order"])


def inline(logical, clients):
    """The code that template.yaml holds for a function, with these clients of AWS."""
    module = types.ModuleType(logical)
    boto3 = types.SimpleNamespace(client=lambda service, **_: clients[service])
    source = TEMPLATE["Resources"][logical]["Properties"]["Code"]["ZipFile"]
    with mock.patch.dict(sys.modules, {"boto3": boto3}), mock.patch.dict("os.environ", {"STAGE": "dev", "EDGE_KEY": "key"}):
        exec(compile(source, logical, "exec"), module.__dict__)
    return module


def written_parameters(properties):
    """The parameters that properties name, wherever."""
    text = json.dumps(properties)
    return {name for name in TEMPLATE["Parameters"] if f'{{"Ref": "{name}"}}' in text or f"${{{name}}}" in text}


class Settings(unittest.TestCase):
    def given(self, **values):
        return dict(functions(with_settings(copy.deepcopy(TEMPLATE), {"Stage": "prod"} | values)))

    def test_a_changed_setting_is_a_changed_function(self):
        before, after = self.given(), self.given(AllowedOrigins="https://shop.example")
        moved = [name for name in before if before[name] != after[name]]
        self.assertEqual(moved, [name for name, f in functions(TEMPLATE) if "AllowedOrigins" in written_parameters(f["Properties"])])
        self.assertTrue(moved)
        self.assertEqual(before, self.given(AllowedOrigins=TEMPLATE["Parameters"]["AllowedOrigins"]["Default"]))

    def test_functions_name_parameters_in_variables_alone(self):
        for logical, function in functions(TEMPLATE):
            named = named_parameters(TEMPLATE, function["Properties"].get("Environment", {}).get("Variables", {}))
            self.assertEqual(written_parameters(function["Properties"]) - {"Stage"}, set(named), logical)


class EdgeKey(unittest.TestCase):
    def check(self, known, given):
        secrets = mock.Mock()
        secrets.exceptions.ResourceNotFoundException = KeyError
        secrets.get_secret_value.side_effect = lambda SecretId, VersionStage: {"SecretString": known[VersionStage]}
        module = inline("EdgeKeyCheck", {"secretsmanager": secrets})
        with mock.patch.dict("os.environ", {"EDGE_KEY": "key"}):
            return module.handler({"headers": given}, None)["isAuthorized"]

    def test_only_the_key_opens_and_the_one_before_it_while_it_is_changed(self):
        both = {"AWSCURRENT": "new", "AWSPREVIOUS": "old"}
        self.assertTrue(self.check(both, {"x-drrip-edge": "new"}))
        self.assertTrue(self.check(both, {"x-drrip-edge": "old"}))
        self.assertTrue(self.check({"AWSCURRENT": "new"}, {"x-drrip-edge": "new"}))
        for wrong in ({"x-drrip-edge": "older"}, {"x-drrip-edge": ""}, {}, {"x-drrip-edge": "키"}):
            self.assertFalse(self.check(both, wrong), wrong)


class Rotation(unittest.TestCase):
    def test_the_cluster_and_every_address_get_the_new_password(self):
        """Four steps as Secrets Manager calls them, over secrets that know their versions."""
        stored = {"master": {"v1": '{"username": "drrip", "password": "old"}'}, "database": {"a": '{"database_writer": "postgres://drrip:old@proxy/drrip"}'}}
        stages = {"master": {"AWSCURRENT": "v1"}, "database": {"AWSCURRENT": "a"}}
        secrets, rds = mock.Mock(), mock.Mock()
        secrets.exceptions.ResourceNotFoundException = KeyError

        def put(SecretId, SecretString, ClientRequestToken="b", VersionStages=("AWSCURRENT",)):
            stored[SecretId][ClientRequestToken] = SecretString
            stages[SecretId].update({stage: ClientRequestToken for stage in VersionStages})

        def move(SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId):
            stages[SecretId] = {VersionStage: MoveToVersionId, "AWSPREVIOUS": RemoveFromVersionId}

        secrets.get_secret_value.side_effect = lambda SecretId, VersionStage, VersionId=None: {"SecretString": stored[SecretId][VersionId or stages[SecretId][VersionStage]]}
        secrets.get_random_password.return_value = {"RandomPassword": "new"}
        secrets.put_secret_value.side_effect = put
        secrets.update_secret_version_stage.side_effect = move
        secrets.describe_secret.side_effect = lambda SecretId: {"VersionIdsToStages": {v: [s for s, at in stages[SecretId].items() if at == v] for v in stored[SecretId]}}
        rds.describe_db_clusters.return_value = {"DBClusters": [{"Status": "available", "PendingModifiedValues": {}}]}
        module = inline("DatabaseRotator", {"secretsmanager": secrets, "rds": rds})
        with mock.patch.dict("os.environ", {"CLUSTER": "drrip-dev", "ADDRESSES": "database"}):
            for step in ("createSecret", "createSecret", "setSecret", "testSecret", "finishSecret", "finishSecret"):
                module.handler({"Step": step, "SecretId": "master", "ClientRequestToken": "v2"}, None)
        rds.modify_db_cluster.assert_called_once_with(DBClusterIdentifier="drrip-dev", MasterUserPassword="new", ApplyImmediately=True)
        self.assertEqual(json.loads(stored["master"][stages["master"]["AWSCURRENT"]]), {"username": "drrip", "password": "new"})
        self.assertEqual(json.loads(stored["database"][stages["database"]["AWSCURRENT"]])["database_writer"], "postgres://drrip:new@proxy/drrip")


class BeforeTraffic(unittest.TestCase):
    def deploy(self, function, answer, failed=None):
        deploy, functions = mock.Mock(), mock.Mock()
        deploy.list_deployment_targets.return_value = {"targetIds": ["t"]}
        info = {"functionName": function, "functionAlias": "live", "currentVersion": "6", "targetVersion": "7"}
        deploy.get_deployment_target.return_value = {"deploymentTarget": {"lambdaTarget": {"lambdaFunctionInfo": info}}}
        functions.invoke.return_value = {"Payload": io.BytesIO(json.dumps(answer).encode())} | ({"FunctionError": failed} if failed else {})
        module = inline("BeforeTraffic", {"codedeploy": deploy, "lambda": functions})
        with mock.patch.dict("os.environ", {"STAGE": "dev"}), mock.patch("builtins.print"):
            module.handler({"DeploymentId": "d", "LifecycleEventHookExecutionId": "h"}, None)
        return deploy.put_lifecycle_event_hook_execution_status.call_args.kwargs["status"], functions.invoke.call_args

    def test_the_new_version_is_asked_and_its_answer_counts(self):
        status, call = self.deploy("drrip-dev-service-order", {"statusCode": 200, "body": "{}"})
        self.assertEqual(status, "Succeeded")
        self.assertEqual((call.kwargs["FunctionName"], call.kwargs["Qualifier"]), ("drrip-dev-service-order", "7"))
        self.assertEqual(json.loads(call.kwargs["Payload"])["rawPath"], "/healthz/order")
        self.assertEqual(self.deploy("drrip-dev-service-order", {"statusCode": 503})[0], "Failed")
        self.assertEqual(self.deploy("drrip-dev-worker-order", {"batchItemFailures": []})[0], "Succeeded")
        self.assertEqual(self.deploy("drrip-dev-worker-order", {"errorMessage": "no secret"}, "Unhandled")[0], "Failed")
        self.assertEqual(self.deploy("drrip-dev-schedule-order", {"schedule": "health"})[0], "Succeeded")
        self.assertEqual(self.deploy("drrip-dev-platform-migrate", {})[0], "Succeeded")

    def test_the_clients_know_these_answers(self):
        """The shapes that the stand-ins above have are those of the service."""
        import botocore.session

        model = botocore.session.get_session().get_service_model("codedeploy")
        target = model.operation_model("GetDeploymentTarget").output_shape.members["deploymentTarget"]
        info = target.members["lambdaTarget"].members["lambdaFunctionInfo"].members
        self.assertLessEqual({"functionName", "targetVersion"}, set(info))
        self.assertIn("targetIds", model.operation_model("ListDeploymentTargets").output_shape.members)
