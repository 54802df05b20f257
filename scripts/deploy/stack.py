"""Creates or updates the stack, and says which resource failed and why."""

import json
import time

from botocore.exceptions import ClientError

DEAD = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")


class Stack:
    def __init__(self, cloudformation, name):
        self.cf, self.name = cloudformation, name

    def describe(self):
        try:
            return self.cf.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def status(self):
        described = self.describe()
        return described["StackStatus"] if described else None

    def wait(self):
        while (self.status() or "").endswith("IN_PROGRESS"):
            time.sleep(0.2)
        return self.status()

    def apply(self, template_url, parameters):
        arguments = {
            "StackName": self.name,
            "TemplateURL": template_url,
            "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        }
        if self.status() in DEAD:
            self.cf.delete_stack(StackName=self.name)
            self.wait()
        try:
            if self.status() in (None, "DELETE_COMPLETE"):
                self.cf.create_stack(**arguments)
            else:
                self.cf.update_stack(**arguments)
        except ClientError as error:
            if "No updates are to be performed" in str(error):
                return
            raise SystemExit(f"CloudFormation refuses the template: {error}") from error
        status = self.wait()
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise SystemExit(f"The stack ended as {status}\n" + "\n".join(self.failures()))

    def failures(self):
        events = self.cf.describe_stack_events(StackName=self.name)["StackEvents"]
        return [
            f"  {e['LogicalResourceId']} ({e['ResourceType']}): {e.get('ResourceStatusReason', '')}"
            for e in reversed(events)
            if e["ResourceStatus"].endswith("FAILED")
        ]

    def outputs(self):
        return {o["OutputKey"]: o["OutputValue"] for o in self.describe().get("Outputs", [])}

    def resources(self):
        """Logical id → (type, physical id)."""
        pages = self.cf.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return {
            r["LogicalResourceId"]: (r["ResourceType"], r["PhysicalResourceId"])
            for page in pages
            for r in page["StackResourceSummaries"]
        }

    def processed_template(self):
        body = self.cf.get_template(StackName=self.name, TemplateStage="Processed")["TemplateBody"]
        return json.loads(body) if isinstance(body, str) else body
