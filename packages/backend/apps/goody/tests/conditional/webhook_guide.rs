//! The commands of `docs/WEBHOOKS.md`: each sends its example to a real server, signed as the sender signs it.

use std::process::{Command, Output};

use serde_json::Value;

use crate::binary::{Server, quiet};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../..");

/// The sources in the order of their commands.
const SOURCES: [&str; 8] =
    ["SHOPIFY", "WOOCOMMERCE", "EASYPOST", "SHIPPO", "AFTERSHIP", "SHIPENGINE", "UPS", "GENERIC"];

/// The tools of the commands.
pub(crate) fn tools() -> Result<(), String> {
    let has = |tool| Command::new(tool).arg("--help").output().is_ok_and(|output| output.status.success());
    if has("curl") && has("openssl") { Ok(()) } else { Err("the commands need curl and openssl".into()) }
}

pub(crate) fn the_commands_of_the_webhook_guide_send_what_is_taken((): ()) {
    let guide = std::fs::read_to_string(format!("{ROOT}/docs/WEBHOOKS.md")).unwrap();
    let blocks: Vec<&str> = guide.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let [names, commands @ ..] = &blocks[..] else { panic!("the names of the examples come first") };
    assert_eq!(commands.len(), SOURCES.len(), "a command for each source");

    let secret = |source: &str| format!("GOODY_WEBHOOK_SECRET_{source}");
    let secrets = || SOURCES.map(|source| (secret(source), format!("{source}0123456789abcdef")));
    let folder = tempfile::tempdir().unwrap();
    let mut server = quiet();
    server.envs(secrets());
    let mapping = format!("generic={ROOT}/packages/backend/crates/formats/tests/webhooks/fixtures/generic.toml");
    let server = Server::start_by(server, &folder.path().join("a.db"), &["--webhook-mapping", &mapping]);
    let names = names.replace("http://127.0.0.1:8080", server.address());
    for (source, command) in SOURCES.into_iter().zip(commands) {
        let send = |secrets: &[(String, String)]| -> Output {
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("{names}\n{command}")]).current_dir(ROOT).envs(secrets.iter().cloned());
            shell.output().unwrap()
        };
        let answer = |output: Output| -> Value {
            let (text, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            serde_json::from_str(&text).unwrap_or_else(|_| panic!("{command}: {text}{error}"))
        };
        // A scan of a carrier waits, unless an example of a shop has its number.
        let result = &answer(send(&secrets()))["result"];
        assert!(result == "STORED" || result == "WAITING", "{command}: {result}");
        let wrong = [(secret(source), "another".to_owned())];
        assert_eq!(answer(send(&wrong))["code"], "INVALID_SIGNATURE", "{command}");
    }
}
