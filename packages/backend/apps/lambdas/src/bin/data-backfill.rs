//! Fills the tables with demo orders of past days. An operator invokes it; a repeated invocation adds nothing. Wiring only.

use goody_lambdas::backfill::BackfillRequest;
use goody_lambdas::function::Host;
use goody_lambdas::invocation::Failure;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let host = &Host::start("data-backfill")?;
    host.serve(service_fn(async |event: LambdaEvent<BackfillRequest>| {
        let counts = event.payload.run(host.store.clone(), &host.settings.demo, host.now()).await?;
        Ok::<_, Failure>(json!({ "new": counts.new, "known": counts.known }))
    }))
    .await
}
