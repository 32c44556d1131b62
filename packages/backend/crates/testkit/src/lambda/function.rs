//! A function: its binary, its environment variables, and its current process.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Notify;

use super::runtime_api::RuntimeApi;
use super::token_lines;

/// The time limit of an invocation.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// Why an invocation has no response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// The function returned an error.
    Thrown {
        /// The type of the error.
        kind: String,
        /// The error message.
        message: String,
    },
    /// The process ended before its response.
    Died,
    /// The invocation exceeded the time limit.
    TimedOut,
}

/// A binary that runs as a Lambda function: it handles one event at a time, in a process that starts when it is needed.
///
/// A drop of the function ends the process. Two functions of one binary run in two processes.
pub struct Function {
    binary: PathBuf,
    variables: Vec<(String, String)>,
    process: tokio::sync::Mutex<Option<Process>>,
    output: Arc<Mutex<Vec<String>>>,
    printed: Arc<Notify>,
    invocations: AtomicU64,
}

struct Process {
    child: Child,
    api: RuntimeApi,
    startup: Duration,
}

impl Function {
    /// A function whose environment has these variables and those that Lambda sets, and no others.
    pub fn new<'v>(binary: impl AsRef<Path>, variables: impl IntoIterator<Item = (&'v str, String)>) -> Self {
        Self {
            binary: binary.as_ref().to_owned(),
            variables: variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            process: tokio::sync::Mutex::default(),
            output: Arc::default(),
            printed: Arc::default(),
            invocations: AtomicU64::new(0),
        }
    }

    /// Starts the process, if there is none. Returns the time from the start of the process to its first request for an event.
    pub async fn start(&self) -> Result<Duration, Failed> {
        let mut process = self.process.lock().await;
        self.running_process(&mut process).await.map(|process| process.startup)
    }

    /// The id of the process, if there is one.
    pub async fn process_id(&self) -> Option<u32> {
        self.process.lock().await.as_ref().and_then(|process| process.child.id())
    }

    /// All lines that its processes have printed.
    pub fn output(&self) -> Vec<String> {
        self.output.lock().unwrap().clone()
    }

    /// Waits until `count` of the printed JSON lines match, and returns the matching lines. A line may arrive after the response.
    pub async fn printed(&self, count: usize, matches: impl Fn(&Value) -> bool) -> Vec<Value> {
        let search = async {
            loop {
                let more = self.printed.notified();
                let lines = self.output();
                let objects = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
                let found: Vec<Value> = objects.filter(&matches).collect();
                if found.len() >= count {
                    return found;
                }
                more.await;
            }
        };
        let found = tokio::time::timeout(TIME_LIMIT, search).await;
        found.unwrap_or_else(|_| panic!("fewer than {count} of {:?}", self.output()))
    }

    /// Invokes the function with an event and waits for the response.
    pub async fn invoke(&self, event: &Value) -> Result<Value, Failed> {
        let response = self.invoke_bytes(serde_json::to_vec(event).unwrap().into(), None).await?;
        Ok(serde_json::from_slice(&response).unwrap())
    }

    /// Like [`Function::invoke`], but kills the process if there is no response after this time.
    pub async fn invoke_and_kill(&self, event: &Value, after: Duration) -> Result<Value, Failed> {
        let response = self.invoke_bytes(serde_json::to_vec(event).unwrap().into(), Some(after)).await?;
        Ok(serde_json::from_slice(&response).unwrap())
    }

    /// Ends the process, as Lambda does with idle processes.
    pub async fn stop(&self) {
        kill(&mut *self.process.lock().await).await;
    }

    async fn invoke_bytes(&self, event: Bytes, kill_after: Option<Duration>) -> Result<Bytes, Failed> {
        let mut process = self.process.lock().await;
        let Process { child, api, .. } = self.running_process(&mut process).await?;
        let number = self.invocations.fetch_add(1, Ordering::Relaxed);
        let response = api.invoke(format!("00000000-0000-4000-8000-{number:012}"), event);
        let error = tokio::select! {
            response = response => return response.unwrap(),
            _ = child.wait() => Failed::Died,
            () = tokio::time::sleep(kill_after.unwrap_or(TIME_LIMIT)) => match kill_after {
                Some(_) => Failed::Died,
                None => Failed::TimedOut,
            },
        };
        kill(&mut process).await;
        Err(error)
    }

    async fn running_process<'p>(&self, process: &'p mut Option<Process>) -> Result<&'p mut Process, Failed> {
        if process.as_mut().is_some_and(|process| process.child.try_wait().unwrap().is_some()) {
            kill(process).await;
        }
        match process {
            Some(process) => Ok(process),
            None => Ok(process.insert(self.spawn().await?)),
        }
    }

    async fn spawn(&self) -> Result<Process, Failed> {
        let api = RuntimeApi::start().await;
        let mut command = Command::new(&self.binary);
        command
            .env_clear()
            .env("GOODY_API_TOKENS", token_lines())
            .envs([
                ("AWS_LAMBDA_RUNTIME_API", api.address.to_string().as_str()),
                ("AWS_LAMBDA_FUNCTION_NAME", "test"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
                ("AWS_REGION", "eu-west-1"),
                ("AWS_ACCESS_KEY_ID", "test"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
            ])
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let started_at = Instant::now();
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", self.binary.display()));
        let readers = [self.read(child.stdout.take().unwrap()), self.read(child.stderr.take().unwrap())];
        tokio::select! {
            ready = api.ready() => {
                let startup = ready - started_at;
                Ok(Process { child, api, startup })
            }
            _ = child.wait() => {
                for reader in readers {
                    reader.await.unwrap();
                }
                Err(Failed::Died)
            }
        }
    }

    /// Stores the printed lines.
    fn read(&self, pipe: impl AsyncRead + Unpin + Send + 'static) -> tokio::task::JoinHandle<()> {
        let (output, printed) = (self.output.clone(), self.printed.clone());
        tokio::spawn(async move {
            let mut lines = BufReader::new(pipe).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                output.lock().unwrap().push(line);
                printed.notify_waiters();
            }
        })
    }
}

async fn kill(process: &mut Option<Process>) {
    if let Some(mut process) = process.take() {
        process.child.kill().await.unwrap();
    }
}
