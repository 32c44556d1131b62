//! Serves the read routes of the API: the router of the embedded host behind API Gateway. Wiring only.

use goody_lambdas::function::Host;
use goody_lambdas::invocation::Failure;
use lambda_http::Adapter;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let host = &Host::start("api-handler")?;
    host.serve(Adapter::from(host.api(false, goody_http::router, goody_http::Webhooks::default())?)).await
}
