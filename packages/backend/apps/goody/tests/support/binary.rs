//! Runs the real binary, and reads its output and its responses.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;

use serde_json::Value;

/// A command that runs the binary with these arguments.
pub(crate) fn goody(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_goody"));
    command.args(arguments).env("GOODY_LOG", "error");
    command
}

/// A command that runs the binary and discards its log: for servers with much traffic, and for tests of failures.
pub(crate) fn quiet() -> Command {
    let mut command = goody(&[]);
    command.stderr(Stdio::null());
    command
}

/// Runs a command on a database, and expects it to succeed.
pub(crate) fn run(arguments: &[&str], database: &Path) -> Output {
    let output = goody(arguments).args(["--database", text(database)]).output().unwrap();
    assert!(output.status.success(), "goody {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Every report of a database, as bytes.
pub(crate) fn reports(database: &Path) -> Vec<u8> {
    run(&["export", "reports"], database).stdout
}

/// Rebuilds, and expects no counter to differ.
pub(crate) fn rebuild(database: &Path) {
    let output = run(&["rebuild"], database);
    let summary = String::from_utf8_lossy(&output.stdout);
    assert!(summary.contains(", 0 differences"), "{summary}");
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A running server on a free port of the loopback address. It is killed when dropped.
pub(crate) struct Server {
    process: Mutex<Child>,
    address: String,
}

impl Server {
    pub(crate) fn start(database: &Path) -> Self {
        Self::start_with(database, &[])
    }

    pub(crate) fn start_with(database: &Path, options: &[&str]) -> Self {
        Self::start_by(goody(&[]), database, options)
    }

    /// Starts a server that writes its log to `log`.
    pub(crate) fn start_logging(database: &Path, options: &[&str], log: impl Into<Stdio>) -> Self {
        let mut command = goody(&[]);
        command.stderr(log);
        Self::start_by(command, database, options)
    }

    /// Starts a server by a command that runs the binary with the arguments it gets.
    pub(crate) fn start_by(mut command: Command, database: &Path, options: &[&str]) -> Self {
        let arguments = ["serve", "--addr", "127.0.0.1:0", "--database", text(database)];
        let mut process = command.args(arguments).args(options).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("Goody is listening on ").unwrap().to_owned();
        Self { process: Mutex::new(process), address }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        ureq::get(format!("{}{path}", self.address)).call().unwrap().body_mut().read_json().unwrap()
    }

    /// The status and the body of a response, also of an error.
    pub(crate) fn get_response(&self, path: &str) -> (u16, Value) {
        let request = ureq::get(format!("{}{path}", self.address)).config().http_status_as_error(false).build();
        let mut response = request.call().unwrap();
        (response.status().as_u16(), response.body_mut().read_json().unwrap())
    }

    /// Posts one event. Returns the status and the body of the response, also of an error.
    pub(crate) fn post_event(&self, event: &Value) -> (u16, Value) {
        let url = format!("{}/api/orders/events", self.address);
        let request = ureq::post(url).config().http_status_as_error(false).build();
        let mut response = request.send_json(event).unwrap();
        (response.status().as_u16(), response.body_mut().read_json().unwrap())
    }

    /// All metrics, in the text format of Prometheus.
    pub(crate) fn metrics(&self) -> String {
        let mut response = ureq::get(format!("{}/metrics", self.address)).call().unwrap();
        response.body_mut().read_to_string().unwrap()
    }

    /// The metric with this name and these labels.
    pub(crate) fn metric(&self, name: &str) -> Option<f64> {
        let text = self.metrics();
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.map(|value| value.parse().unwrap())
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.lock().unwrap().id()
    }

    /// The items of all pages of a list.
    pub(crate) fn get_all(&self, path: &str, list: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("{path}&limit=100{cursor}"));
            all.extend(page[list].as_array().unwrap().iter().cloned());
            let next = page.get("nextCursor").unwrap_or(&page["pagination"]["nextCursor"]);
            let Some(next) = next.as_str() else { return all };
            cursor = format!("&cursor={next}");
        }
    }

    /// Posts NDJSON. Returns the result of each line, or how the connection failed.
    pub(crate) fn post(&self, body: &[u8]) -> Result<Vec<Value>, ureq::Error> {
        let mut response = ureq::post(format!("{}/api/orders/events", self.address))
            .header("Content-Type", "application/x-ndjson")
            .send(body)?;
        let results = response.body_mut().with_config().limit(u64::MAX).read_to_string()?;
        Ok(results.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }

    /// Waits until the reports reflect everything that was stored. A response of `/health` may be a second old: only a
    /// measurement after the first response counts.
    pub(crate) fn wait_until_projected(&self) {
        let first = self.get("/health")["timestamp"].clone();
        for _ in 0..6_000 {
            let health = self.get("/health");
            if health["systemMetrics"]["changeLag"]["changes"] == 0 && health["timestamp"] != first {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("the changes were not projected within a minute");
    }

    /// Sends SIGTERM, and waits until the server ends. Returns its exit code.
    pub(crate) fn terminate(&self) -> Option<i32> {
        let mut process = self.process.lock().unwrap();
        let sent = Command::new("kill").args(["-TERM", &process.id().to_string()]).status();
        assert!(sent.unwrap().success());
        let began = std::time::Instant::now();
        while began.elapsed().as_secs() < 30 {
            if let Some(status) = process.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        panic!("the server did not end within half a minute");
    }

    /// Waits until the process ends, at most half a minute.
    pub(crate) fn wait(&self) {
        eventually("the server ends", || self.process.lock().unwrap().try_wait().unwrap().is_some());
    }

    /// Sends SIGKILL, also while other threads use the server.
    pub(crate) fn kill(&self) {
        self.process.lock().unwrap().kill().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut process = self.process.lock().unwrap();
        let _ = process.kill();
        let _ = process.wait();
    }
}

/// Waits until a condition is true, at most half a minute.
pub(crate) fn eventually(name: &str, mut condition: impl FnMut() -> bool) {
    let began = std::time::Instant::now();
    while !condition() {
        assert!(began.elapsed().as_secs() < 30, "not within half a minute: {name}");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// The event that places an order.
pub(crate) fn placed(order_id: &str) -> Value {
    serde_json::json!({
        "eventId": "1", "orderId": order_id, "vendorId": "acme", "status": "PLACED", "occurredAt": "2026-01-05T10:00:00Z"
    })
}

/// The demo events of the project's own fixtures.
pub(crate) fn demo_events() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/events/demo-v1.ndjson")
}

/// Pseudorandom numbers, the same for the same seed (Knuth's MMIX generator).
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    /// A number from 0 to `limit` - 1.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}
