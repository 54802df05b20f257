"""What else the emulator leaves undone after a deploy."""


def apply_time_to_live(dynamodb, template, intrinsics):
    """CloudFormation's TimeToLiveSpecification is not applied; the API's is, and expired items are then reaped."""
    for logical, resource in template["Resources"].items():
        wanted = resource.get("Properties", {}).get("TimeToLiveSpecification")
        if resource["Type"] != "AWS::DynamoDB::Table" or not wanted or logical not in intrinsics.resources:
            continue
        table = intrinsics.resources[logical][1]
        if dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED":
            wanted = {"AttributeName": wanted["AttributeName"], "Enabled": True}
            dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)


def end_old_versions(functions, intrinsics):
    """An old version keeps its warm process for ever, and that one its database connections."""
    names = [physical for kind, physical in intrinsics.resources.values() if kind == "AWS::Lambda::Function"]
    for name in names:
        aliases = functions.list_aliases(FunctionName=name)["Aliases"]
        kept = {"$LATEST"} | {alias["FunctionVersion"] for alias in aliases}
        for version in functions.list_versions_by_function(FunctionName=name)["Versions"]:
            if aliases and version["Version"] not in kept:
                functions.delete_function(FunctionName=name, Qualifier=version["Version"])
