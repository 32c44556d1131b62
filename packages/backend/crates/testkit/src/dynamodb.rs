//! DynamoDB's emulator: a separate process with its data in memory, started by a test.
//!
//! `make target/tools/.installed-dynoxide-rs@3.2.0` installs it, as `make test` does.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

/// How often a start checks whether the emulator is ready.
const ATTEMPTS: u32 = 200;
/// The pause between two checks.
const PAUSE: Duration = Duration::from_millis(25);

/// The emulator requires a signature, but does not verify it.
const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=test/20260310/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, \
                         Signature=test";

/// Sends an operation to DynamoDB by its wire name, such as `DynamoDB_20120810.Query`. Returns the status and the body.
///
/// # Panics
/// The response is not JSON.
pub async fn ask(endpoint: &str, operation: &str, body: Value) -> (StatusCode, Value) {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let request = agent
        .post(endpoint)
        .header("Content-Type", "application/x-amz-json-1.0")
        .header("X-Amz-Target", operation)
        .header("X-Amz-Date", "20260310T143020Z")
        .header("Authorization", SIGNATURE);
    let response = tokio::task::spawn_blocking(move || {
        let mut response = request.send_json(body)?;
        Ok::<_, ureq::Error>((response.status(), response.body_mut().read_json()?))
    });
    response.await.unwrap().unwrap_or_else(|error| panic!("{operation}: {error}"))
}

/// An emulator on its own port. A drop stops the process.
#[derive(Debug)]
pub struct DynamoDb {
    process: Child,
    address: SocketAddr,
}

impl DynamoDb {
    /// Starts an emulator and waits until it responds.
    ///
    /// # Panics
    /// The emulator is not installed or does not respond: then the tests of the store fail instead of passing without a check.
    pub fn start() -> Self {
        let program = program();
        assert!(
            program.exists(),
            "DynamoDB's emulator is not at {}: make target/tools/.installed-dynoxide-rs@3.2.0",
            program.display()
        );
        // The listener is closed, so the port is free. It is unlikely that another process takes it first.
        let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap();
        let process = Command::new(program)
            .args(["serve", "--log", "quiet", "--port", &address.port().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut emulator = Self { process, address };
        for _ in 0..ATTEMPTS {
            if emulator.responds() {
                return emulator;
            }
            if let Some(status) = emulator.process.try_wait().unwrap() {
                panic!("DynamoDB's emulator ended during its start: {status}");
            }
            std::thread::sleep(PAUSE);
        }
        panic!("DynamoDB's emulator does not respond at {}", emulator.address);
    }

    /// The URL of the emulator.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether the emulator sends any response.
    fn responds(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect_timeout(&self.address, PAUSE) else { return false };
        let written = stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let read = stream.set_read_timeout(Some(PAUSE * 20)).and_then(|()| stream.read(&mut [0; 16]));
        written.is_ok() && read.is_ok_and(|bytes| bytes > 0)
    }
}

impl Drop for DynamoDb {
    fn drop(&mut self) {
        // The errors do not matter: a process that has ended cannot be stopped.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The path of the installed program.
fn program() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../target/tools/bin/dynoxide")
}
