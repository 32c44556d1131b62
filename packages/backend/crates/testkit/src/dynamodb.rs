//! DynamoDB's emulator: a process of its own, in memory, for as long as a test needs it.
//!
//! `make target/tools/.installed-dynoxide-rs@3.2.0` installs it, as `make test` does.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

/// How often it is asked whether it is ready, and how long it may take to answer.
const ATTEMPTS: u32 = 200;
const PAUSE: Duration = Duration::from_millis(25);

/// The emulator wants to see a signature, of whatever kind.
const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=test/20260310/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, \
                         Signature=test";

/// Asks a DynamoDB for an operation as it is on the wire: `DynamoDB_20120810.Query`.
///
/// # Panics
/// It does not answer in JSON.
pub async fn ask(endpoint: &str, operation: &str, question: Value) -> (StatusCode, Value) {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let request = agent
        .post(endpoint)
        .header("Content-Type", "application/x-amz-json-1.0")
        .header("X-Amz-Target", operation)
        .header("X-Amz-Date", "20260310T143020Z")
        .header("Authorization", SIGNATURE);
    let answer = tokio::task::spawn_blocking(move || {
        let mut answer = request.send_json(question)?;
        Ok::<_, ureq::Error>((answer.status(), answer.body_mut().read_json()?))
    });
    answer.await.unwrap().unwrap_or_else(|error| panic!("{operation}: {error}"))
}

/// A DynamoDB on a port of its own. It is stopped when this is dropped.
#[derive(Debug)]
pub struct DynamoDb {
    process: Child,
    address: SocketAddr,
}

impl DynamoDb {
    /// Starts one and waits until it answers.
    ///
    /// # Panics
    /// It is not installed, or does not answer: a store that cannot be tested is no store that passed.
    pub fn start() -> Self {
        let program = program();
        assert!(
            program.exists(),
            "DynamoDB's emulator is not at {}: make target/tools/.installed-dynoxide-rs@3.2.0",
            program.display()
        );
        // The port is free when it is given back, and hardly anybody else asks for it in between.
        let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap();
        let process = Command::new(program)
            .args(["serve", "--log", "quiet", "--port", &address.port().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut started = Self { process, address };
        for _ in 0..ATTEMPTS {
            if started.answers() {
                return started;
            }
            if let Some(status) = started.process.try_wait().unwrap() {
                panic!("DynamoDB's emulator ended at once: {status}");
            }
            std::thread::sleep(PAUSE);
        }
        panic!("DynamoDB's emulator does not answer at {}", started.address);
    }

    /// Where it listens, as a URL.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Any answer will do.
    fn answers(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect_timeout(&self.address, PAUSE) else { return false };
        let asked = stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let read = stream.set_read_timeout(Some(PAUSE * 20)).and_then(|()| stream.read(&mut [0; 16]));
        asked.is_ok() && read.is_ok_and(|bytes| bytes > 0)
    }
}

impl Drop for DynamoDb {
    fn drop(&mut self) {
        // It has nothing to lose. A process that has ended cannot be stopped, and need not be.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where the program is installed.
fn program() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../target/tools/bin/dynoxide")
}
