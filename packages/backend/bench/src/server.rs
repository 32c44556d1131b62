//! Servers as child processes: the real one, and the ceiling, which sends one fixed response.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::routing::get;
use axum::serve::ListenerExt;
use serde_json::Value;

use crate::Failure;
use crate::client::{Client, Response};
use crate::goody::Goody;
use crate::process::{Memory, memory, processor_seconds};

/// The text before the address in the output of both servers.
const LISTENING: &str = "listening on http://";
/// The time limit for a server to become current, and to stop.
const TIMEOUT: Duration = Duration::from_secs(120);

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: SocketAddr,
    /// Keeps the pipe open: a closed pipe would make the server's later output fail.
    _output: BufReader<ChildStdout>,
}

impl Server {
    /// Starts `goody serve` on a database, with a page as in production, and waits until the reports are current.
    pub fn goody(goody: &Goody, database: &Path) -> Result<Self, Failure> {
        Self::goody_with(goody, database, "warn", &[])
    }

    /// The same with a log level and environment variables. The log is `server.log` in the folder of the database.
    pub fn goody_with(
        goody: &Goody,
        database: &Path,
        level: &str,
        environment: &[(&str, &str)],
    ) -> Result<Self, Failure> {
        let folder = database.parent().unwrap_or(Path::new("."));
        let web = folder.join("page");
        std::fs::create_dir_all(&web)?;
        std::fs::write(web.join("index.html"), "<!doctype html><title>Goody</title>")?;
        std::fs::write(web.join("content-security-policy.txt"), "default-src 'none'")?;
        let mut command = goody.command_logging(folder, level);
        command.envs(environment.iter().copied());
        command.args(["serve", "--addr", "127.0.0.1:0", "--database"]).arg(database).arg("--web").arg(&web);
        // The server logs every request that stores events.
        command.stderr(File::create(folder.join("server.log"))?);
        let server = Self::start(command)?;
        server.wait_until_current()?;
        Ok(server)
    }

    /// Starts the ceiling: this program again with [`serve_fixed`], and the response in a file.
    pub fn fixed(response: &Response, folder: &Path) -> Result<Self, Failure> {
        let file = folder.join("fixed-response");
        let mut bytes = response.head.clone().into_bytes();
        bytes.extend_from_slice(&response.body);
        std::fs::write(&file, bytes)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--fixed-answer").arg(&file);
        Self::start(command)
    }

    fn start(mut command: Command) -> Result<Self, Failure> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut output = BufReader::new(child.stdout.take().ok_or("the server has no output")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let address = line.trim().split_once(LISTENING).and_then(|(_, address)| address.parse().ok());
        let Some(address) = address else {
            child.kill()?;
            child.wait()?;
            return Err(format!("the server did not start: {line}").into());
        };
        Ok(Self { child, address, _output: output })
    }

    /// Waits until every change is projected and the timer has ticked.
    pub fn wait_until_current(&self) -> Result<(), Failure> {
        let mut client = self.connect()?;
        let started = Instant::now();
        let first: Value = serde_json::from_slice(&client.get("/health")?.body)?;
        loop {
            // The response may be a second old. The status code does not matter: old events make the server unhealthy.
            let health: Value = serde_json::from_slice(&client.get("/health")?.body)?;
            // The server computes the reports right after the projection.
            std::thread::sleep(Duration::from_millis(300));
            let lag = health["systemMetrics"]["changeLag"]["changes"].as_u64();
            let is_new = health["timestamp"] != first["timestamp"];
            if is_new && lag == Some(0) && health["checks"]["scheduler"]["status"] == "healthy" {
                return Ok(());
            }
            if started.elapsed() > TIMEOUT {
                return Err(format!("the reports did not become current: {health}").into());
            }
        }
    }

    /// The address of the server.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens a connection.
    pub fn connect(&self) -> std::io::Result<Client> {
        Client::connect(self.address)
    }

    /// The memory of the process.
    pub fn memory(&self) -> Result<Memory, Failure> {
        memory(self.child.id()).ok_or_else(|| "the server has ended".into())
    }

    /// The processor time of the process, in seconds.
    pub fn processor_seconds(&self) -> Result<f64, Failure> {
        processor_seconds(self.child.id()).ok_or_else(|| "the server has ended".into())
    }

    /// Sends SIGTERM and waits until the server has stopped.
    pub fn stop(mut self) -> Result<(), Failure> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        let started = Instant::now();
        while started.elapsed() < TIMEOUT {
            if let Some(status) = self.child.try_wait()? {
                return if status.success() { Ok(()) } else { Err(format!("the server ended with {status}").into()) };
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err("the server does not stop after SIGTERM".into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // A failure here cannot be handled or reported.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Serves the response in a file for every dashboard request: with the same server, runtime and socket options as `goody
/// serve`, and without any computation. Runs until the process ends.
pub fn serve_fixed(file: &PathBuf) -> Result<(), Failure> {
    let bytes = std::fs::read(file)?;
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").ok_or("the response has no head")?;
    let head = std::str::from_utf8(&bytes[..end])?;
    let mut headers = HeaderMap::new();
    for (name, value) in head.lines().skip(1).filter_map(|line| line.split_once(':')) {
        // The server adds these headers itself.
        if !matches!(name, "content-length" | "date" | "transfer-encoding") {
            headers.insert(HeaderName::try_from(name)?, HeaderValue::from_str(value.trim())?);
        }
    }
    let body = Bytes::copy_from_slice(&bytes[end + 4..]);
    let router = Router::new().route("/api/dashboard", get(async move || (headers, body)));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("The fixed response is {LISTENING}{}", listener.local_addr()?);
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        axum::serve(listener, router).await?;
        Ok(())
    })
}
