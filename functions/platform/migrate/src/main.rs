use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

fn main() -> Result<(), Error> {
    boot::telemetry::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(lambda_runtime::run(service_fn(|_: LambdaEvent<Value>| async {
        // Read each time: an invocation is a release, and the secret may have been rotated since the last one.
        Ok::<_, Error>(platform_migrate::run(&platform_migrate::secrets().await?).await?)
    })))
}
