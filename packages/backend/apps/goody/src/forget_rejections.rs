//! `goody forget-rejections`: removes everything that was refused and is kept.

use std::process::ExitCode;

use goody_application::ports::RejectionStore;
use serde_json::json;

use crate::{CommandResult, cli, database};

pub(crate) async fn run(command: cli::ForgetRejections) -> CommandResult {
    let store = database::open(&command.database)?;
    let forgotten = store.forget_all().await?;
    // The log has copies of the bodies until it is moved into the file and cut.
    store.checkpoint().await?;
    if command.json {
        print_stdout!("{}", json!({ "forgotten": forgotten }));
    } else {
        print_stdout!("{forgotten} rejections forgotten");
    }
    Ok(ExitCode::SUCCESS)
}
