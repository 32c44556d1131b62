//! Fills the tables with demo orders of the past days, invoked by hand. Invoking it again adds nothing. Wiring only.

use goody_lambdas::backfill::Wanted;
use goody_lambdas::function::Host;
use goody_lambdas::invocation::Failure;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let host = &Host::start("data-backfill")?;
    host.serve(service_fn(async |event: LambdaEvent<Wanted>| {
        let told = event.payload.tell(host.store.clone(), &host.settings.world, host.now()).await?;
        Ok::<_, Failure>(json!({ "new": told.new, "known": told.known }))
    }))
    .await
}
