//! A function: its binary, its environment variables, and the process that works for it at the moment.

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

/// How long an invocation may take.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// The function said so.
    Thrown {
        /// The kind of error.
        kind: String,
        /// What it says.
        message: String,
    },
    /// Its process ended before it answered.
    Died,
    /// It took longer than a function may.
    TimedOut,
}

/// A binary that works as a Lambda function: one event at a time, in a process that is started when there is none.
///
/// The process is ended when the function is dropped. Two functions of one binary are two processes side by side.
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
    took: Duration,
}

impl Function {
    /// A function whose process sees these variables, those that Lambda sets, and no other.
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

    /// Starts the process, if there is none. Says how long it took (or had taken) from there to asking for an event.
    pub async fn start(&self) -> Result<Duration, Failed> {
        let mut process = self.process.lock().await;
        self.started(&mut process).await.map(|process| process.took)
    }

    /// The process's id, if there is one.
    pub async fn process_id(&self) -> Option<u32> {
        self.process.lock().await.as_ref().and_then(|process| process.child.id())
    }

    /// Everything that its processes printed, a line each.
    pub fn output(&self) -> Vec<String> {
        self.output.lock().unwrap().clone()
    }

    /// Waits until so many of the printed lines are what is looked for, and gives those. What a process prints comes when it
    /// comes, also after its answer.
    pub async fn printed(&self, count: usize, is_looked_for: impl Fn(&Value) -> bool) -> Vec<Value> {
        let looked_for = async {
            loop {
                let more = self.printed.notified();
                let lines = self.output();
                let objects = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
                let found: Vec<Value> = objects.filter(&is_looked_for).collect();
                if found.len() >= count {
                    return found;
                }
                more.await;
            }
        };
        let found = tokio::time::timeout(TIME_LIMIT, looked_for).await;
        found.unwrap_or_else(|_| panic!("fewer than {count} of {:?}", self.output()))
    }

    /// Has it work on an event, and waits for the answer.
    pub async fn invoke(&self, event: &Value) -> Result<Value, Failed> {
        let answer = self.invoke_bytes(serde_json::to_vec(event).unwrap().into(), None).await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    /// As [`Function::invoke`], but its process is killed when so much time is gone and there is no answer yet.
    pub async fn invoke_and_kill(&self, event: &Value, after: Duration) -> Result<Value, Failed> {
        let answer = self.invoke_bytes(serde_json::to_vec(event).unwrap().into(), Some(after)).await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    /// Ends its process, as Lambda does with those that have nothing to do.
    pub async fn stop(&self) {
        end(&mut *self.process.lock().await).await;
    }

    async fn invoke_bytes(&self, event: Bytes, kill_after: Option<Duration>) -> Result<Bytes, Failed> {
        let mut process = self.process.lock().await;
        let Process { child, api, .. } = self.started(&mut process).await?;
        let number = self.invocations.fetch_add(1, Ordering::Relaxed);
        let answer = api.invoke(format!("00000000-0000-4000-8000-{number:012}"), event);
        let failed = tokio::select! {
            answer = answer => return answer.unwrap(),
            _ = child.wait() => Failed::Died,
            () = tokio::time::sleep(kill_after.unwrap_or(TIME_LIMIT)) => match kill_after {
                Some(_) => Failed::Died,
                None => Failed::TimedOut,
            },
        };
        end(&mut process).await;
        Err(failed)
    }

    async fn started<'p>(&self, process: &'p mut Option<Process>) -> Result<&'p mut Process, Failed> {
        if process.as_mut().is_some_and(|process| process.child.try_wait().unwrap().is_some()) {
            end(process).await;
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
        let began = Instant::now();
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", self.binary.display()));
        let reading = [self.read(child.stdout.take().unwrap()), self.read(child.stderr.take().unwrap())];
        tokio::select! {
            ready = api.ready() => {
                let took = ready - began;
                Ok(Process { child, api, took })
            }
            _ = child.wait() => {
                for reading in reading {
                    reading.await.unwrap();
                }
                Err(Failed::Died)
            }
        }
    }

    /// Keeps what is printed.
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

async fn end(process: &mut Option<Process>) {
    if let Some(mut process) = process.take() {
        process.child.kill().await.unwrap();
    }
}
