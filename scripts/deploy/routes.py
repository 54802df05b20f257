"""Makes the routes of every HTTP API from its Body: the emulator keeps the Body but does not read it."""

ANY = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"


def wanted_routes(body):
    """Route key → integration, as API Gateway would import them."""
    routes = {}
    for path, operations in body.get("paths", {}).items():
        for method, operation in operations.items():
            if method.startswith("x-") and method != ANY:
                continue
            integration = operation[INTEGRATION]
            if "$ref" in integration:
                found = body
                for part in integration["$ref"].removeprefix("#/").split("/"):
                    found = found[part]
                integration = found
            key = "$default" if path == "/$default" else f"{'ANY' if method == ANY else method.upper()} {path}"
            routes[key] = integration
    return routes


def pages(call, **arguments):
    token = {}
    while True:
        answer = call(**arguments, **token, MaxResults="500")
        yield from answer["Items"]
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}


def integrations(gateway, api, wanted):
    """Function address → integration id; one integration per function."""
    have = {i["IntegrationUri"]: i["IntegrationId"] for i in pages(gateway.get_integrations, ApiId=api)}
    for integration in wanted.values():
        if integration["uri"] not in have:
            have[integration["uri"]] = gateway.create_integration(
                ApiId=api,
                IntegrationType="AWS_PROXY",
                IntegrationUri=integration["uri"],
                PayloadFormatVersion=str(integration.get("payloadFormatVersion", "2.0")),
                TimeoutInMillis=int(integration.get("timeoutInMillis", 30000)),
            )["IntegrationId"]
    return have


def set_cors(gateway, api, cors):
    if cors:
        gateway.update_api(ApiId=api, CorsConfiguration={k[0].upper() + k[1:]: v for k, v in cors.items()})


def sync_api(gateway, api, body):
    wanted = wanted_routes(body)
    targets = integrations(gateway, api, wanted)
    have = {r["RouteKey"]: r for r in pages(gateway.get_routes, ApiId=api)}
    for key, integration in wanted.items():
        target = f"integrations/{targets[integration['uri']]}"
        if key not in have:
            gateway.create_route(ApiId=api, RouteKey=key, Target=target)
        elif have[key].get("Target") != target:
            gateway.update_route(ApiId=api, RouteId=have[key]["RouteId"], Target=target)
    for key in have.keys() - wanted.keys():
        gateway.delete_route(ApiId=api, RouteId=have[key]["RouteId"])
    set_cors(gateway, api, body.get("x-amazon-apigateway-cors"))
    return len(wanted)


def sync(gateway, template, intrinsics):
    """Logical id of each API → number of its routes."""
    made = {}
    for logical, resource in template["Resources"].items():
        if resource["Type"] == "AWS::ApiGatewayV2::Api" and logical in intrinsics.resources:
            body = intrinsics.value(resource["Properties"].get("Body") or {})
            made[logical] = sync_api(gateway, intrinsics.resources[logical][1], body)
    return made
