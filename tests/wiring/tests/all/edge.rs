//! The way in: every host behind CloudFront and its firewall, and no way around them.

use crate::deployed::{FUNCTION, events_of, template};
use serde_json::{Value, json};
use wiring::template::{Template, referred, text};

const HOSTS: [&str; 4] = ["Service", "Seller", "Admin", "External"];

#[test]
fn no_route_is_answered_without_the_key_of_the_edge() {
    let template = template();
    let apis: Vec<_> = template.of_type("AWS::Serverless::HttpApi").collect();
    assert_eq!(apis.len(), HOSTS.len());
    for api in apis {
        // SAM writes the authorizer into every path.
        assert_eq!(api.property("Auth/DefaultAuthorizer"), "Edge", "{}", api.logical);
        let check = api.property("Auth/Authorizers/Edge");
        assert_eq!(text(&check["FunctionArn"]).unwrap().rsplit(':').next(), Some("drrip-${Stage}-edge-key-check"));
        assert_eq!(check["Identity"]["Headers"], json!(["x-drrip-edge"]));
        assert_eq!(
            api.property("DisableExecuteApiEndpoint")["Fn::If"][1],
            true,
            "{} has a second address",
            api.logical
        );
        assert!(api.property("DefaultRouteSettings/ThrottlingRateLimit").is_u64(), "{}", api.logical);
        assert_eq!(referred(api.property("AccessLogSettings/DestinationArn")), Some("AccessLogs"));
    }
}

/// The distribution of a name under the stage's domain, which the name leads to.
fn distribution<'a>(template: &'a Template, host: &str) -> &'a Value {
    let name = format!("{}.${{DomainName}}", host.to_lowercase());
    let edge = template.resource(&format!("{host}Edge")).unwrap();
    let config = edge.property("DistributionConfig");
    assert_eq!(text(&config["Aliases"][0]), Some(name.as_str()));
    assert_eq!(referred(&config["ViewerCertificate"]["AcmCertificateArn"]), Some("EdgeCertificate"));
    assert_eq!(config["ViewerCertificate"]["MinimumProtocolVersion"], "TLSv1.2_2021");
    assert_eq!(config["DefaultCacheBehavior"]["ViewerProtocolPolicy"], "https-only");
    let address = template.resource(&format!("{host}Address")).unwrap();
    assert_eq!(text(address.property("Name")), Some(name.as_str()));
    assert_eq!(referred(address.property("AliasTarget/DNSName")), Some(edge.logical));
    config
}

#[test]
fn every_host_is_a_distribution_with_firewall_and_key() {
    let template = template();
    for host in HOSTS {
        let config = distribution(&template, host);
        assert_eq!(referred(&config["WebACLId"]), Some("WebAcl"));
        let origin = &config["Origins"][0];
        assert_eq!(origin["OriginCustomHeaders"][0]["HeaderName"], "x-drrip-edge");
        assert_eq!(origin["CustomOriginConfig"]["OriginProtocolPolicy"], "https-only");
        assert_eq!(referred(&origin["DomainName"]), Some(format!("{host}Domain").as_str()));
        let domain = template.resource(&format!("{host}Domain")).unwrap();
        assert_eq!(domain.property("DomainNameConfigurations")[0]["SecurityPolicy"], "TLS_1_2");
    }
}

#[test]
fn public_files_are_read_through_their_distribution_alone() {
    let template = template();
    let config = distribution(&template, "Files");
    assert_eq!(config["DefaultCacheBehavior"]["AllowedMethods"], json!(["GET", "HEAD", "OPTIONS"]));
    let origin = &config["Origins"][0];
    assert_eq!(referred(&origin["DomainName"]), Some("PublicBucket"));
    assert_eq!(referred(&origin["OriginAccessControlId"]), Some("FilesAccess"));
    let access = template.resource("FilesAccess").unwrap();
    assert_eq!(access.property("OriginAccessControlConfig/SigningBehavior"), "always");

    let mut let_in = Vec::new();
    for policy in template.of_type("AWS::S3::BucketPolicy") {
        for statement in policy.property("PolicyDocument/Statement").as_array().unwrap() {
            let statement = statement.get("Fn::If").map_or(statement, |choice| &choice[1]);
            if statement["Effect"] == "Allow" {
                assert_eq!(statement["Principal"], json!({"Service": "cloudfront.amazonaws.com"}));
                assert_eq!(statement["Action"], "s3:GetObject");
                let source = text(&statement["Condition"]["StringEquals"]["aws:SourceArn"]).unwrap();
                assert!(source.ends_with(":distribution/${FilesEdge}"), "{source} reads {}", policy.logical);
                let_in.push(policy.logical);
            }
        }
    }
    assert_eq!(let_in, ["PublicBucketPolicy"]);
}

#[test]
fn what_runs_at_once_fits_the_account_and_the_database() {
    let template = template();
    let limited = |value: &Value| value["Fn::If"][1].as_u64();
    let common = limited(&template.globals()["ReservedConcurrentExecutions"]).unwrap();
    let mut sum = 0;
    for function in template.of_type(FUNCTION) {
        let limit = limited(function.property("ReservedConcurrentExecutions")).unwrap_or(common);
        let queues = events_of(&function, "SQS")
            .into_iter()
            .filter_map(|(_, q)| q["ScalingConfig"]["MaximumConcurrency"].as_u64());
        assert!(queues.sum::<u64>() <= limit, "{} is refused messages that its queues send", function.logical);
        sum += limit;
    }
    // A thousand run at once in an account, a hundred of which no function may reserve.
    assert!(sum <= 900 - common, "{sum} of the account's thousand are reserved: no function could be added");
}
