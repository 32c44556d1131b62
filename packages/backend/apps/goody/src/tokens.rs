//! `goody token new`, and the source of the tokens of `goody serve`.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use goody_http::{Token, TokenSource, Tokens};
use serde_json::json;

use crate::token_file::{TokenFile, UnreadableTokens};
use crate::{CommandResult, cli};

/// How many random bytes a token has: too many to guess.
const RANDOM_BYTES: usize = 32;
/// Every token begins with this, so that a scan for leaked secrets finds it.
const PREFIX: &str = "goody_";

/// Why tokens cannot be read or created.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("the tokens file {0} cannot be written")]
    Unwritable(String, #[source] std::io::Error),
    #[error(transparent)]
    Unreadable(#[from] UnreadableTokens),
    #[error("{0}: {1}")]
    Name(String, String),
    #[error("the system provides no random bytes: {0}")]
    RandomBytes(String),
}

/// Creates a token, and prints it once.
pub(crate) fn new(command: &cli::NewToken) -> CommandResult {
    let mut bytes = [0; RANDOM_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| TokenError::RandomBytes(error.to_string()))?;
    let secret = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
    let token = Token::new(&command.name, command.scope.clone(), &secret)
        .map_err(|reason| TokenError::Name(command.name.clone(), reason))?;
    if let Some(file) = &command.file {
        crate::output::check(file, None, &[])?;
        append(file, &token)?;
    }
    if command.json {
        print_stdout!("{}", json!({ "name": command.name, "token": secret, "line": token.to_string() }));
        return Ok(ExitCode::SUCCESS);
    }
    print_stdout!("{secret}");
    match &command.file {
        Some(file) => {
            print_stderr!("This is the token. It is not shown again. Its line was added to {}.", file.display())
        }
        None => print_stderr!(
            "This is the token. It is not shown again. Add this line to the file that --tokens names, or to \
             GOODY_API_TOKENS:\n{token}"
        ),
    }
    Ok(ExitCode::SUCCESS)
}

/// Adds a line to a file of tokens. Only the owner of a new file may read it.
fn append(path: &Path, token: &Token) -> Result<(), TokenError> {
    let unwritable = |error| TokenError::Unwritable(path.display().to_string(), error);
    let mut options = File::options();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(unwritable)?;
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_string(&mut text)).map_err(unwritable)?;
    let separator = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    file.write_all(format!("{separator}{token}\n").as_bytes()).map_err(unwritable)
}

/// The tokens that `goody serve` is configured with, if any.
pub(crate) fn source(command: &cli::Access) -> Result<Option<Arc<dyn TokenSource>>, TokenError> {
    let tokens: Arc<dyn TokenSource> = match (&command.tokens, &command.api_tokens) {
        (Some(path), _) => Arc::new(TokenFile::open(path, Instant::now())?),
        (None, Some(text)) => {
            let invalid = |source| UnreadableTokens::Invalid { place: "GOODY_API_TOKENS".into(), source };
            Arc::new(Arc::new(Tokens::parse(text).map_err(invalid)?))
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(tokens))
}
