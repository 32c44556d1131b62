//! Tells what happens to the demo orders as time goes by, at each tick of a schedule. Wiring only.

use goody_application::simulate::DemoClock;
use goody_lambdas::function::Host;
use goody_lambdas::invocation::Failure;
use goody_lambdas::trigger::Trigger;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::json;
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let host = &Host::start("order-simulator")?;
    let simulator = &host.simulator();
    host.serve(service_fn(async |event: LambdaEvent<Box<RawValue>>| match Trigger::read(&event.payload)? {
        Trigger::Schedule => {
            let told = simulator.tick(host.now(), DemoClock::REAL).await?;
            Ok(json!({ "new": told.new, "known": told.known }))
        }
        other => Err(Failure::from(other.misdirected())),
    }))
    .await
}
