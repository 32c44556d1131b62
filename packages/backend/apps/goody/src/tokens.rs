//! `goody token new`, and where `goody serve` gets its tokens from.

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

use crate::token_file::TokenFile;
use crate::{Done, cli};

/// Bytes of chance in a token: nobody guesses them.
const CHANCE: usize = 32;
/// What tokens begin with, so that a search for secrets that got about finds them.
const PREFIX: &str = "goody_";

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("the tokens in {0} cannot be read")]
    Unreadable(String, #[source] std::io::Error),
    #[error("{place}: {source}")]
    Invalid { place: String, source: goody_http::TokensError },
    #[error("{0}: {1}")]
    Name(String, String),
    #[error("the system gives no random bytes: {0}")]
    Chance(String),
}

/// Makes a token, and says it once.
pub(crate) fn new(command: &cli::NewToken) -> Done {
    let mut bytes = [0; CHANCE];
    getrandom::fill(&mut bytes).map_err(|error| TokenError::Chance(error.to_string()))?;
    let secret = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
    let token = Token::new(&command.name, command.scope.clone(), &secret)
        .map_err(|reason| TokenError::Name(command.name.clone(), reason))?;
    if let Some(file) = &command.file {
        crate::output::check(file, None, &[])?;
        append(file, &token)?;
    }
    if command.json {
        say!("{}", json!({ "name": command.name, "token": secret, "line": token.to_string() }));
        return Ok(ExitCode::SUCCESS);
    }
    say!("{secret}");
    match &command.file {
        Some(file) => say_aside!("This is the token; it is not told again. {} knows it now.", file.display()),
        None => say_aside!(
            "This is the token; it is not told again. Servers know it by this line of the file that --tokens names, or of \
             GOODY_API_TOKENS:\n{token}"
        ),
    }
    Ok(ExitCode::SUCCESS)
}

/// Adds a line to a file of tokens, which only its owner may read.
fn append(path: &Path, token: &Token) -> Result<(), TokenError> {
    let failed = |error| TokenError::Unreadable(path.display().to_string(), error);
    let mut options = File::options();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_string(&mut text)).map_err(failed)?;
    let begin = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    file.write_all(format!("{begin}{token}\n").as_bytes()).map_err(failed)
}

/// The tokens that `goody serve` is told of, if any.
pub(crate) fn source(command: &cli::Access) -> Result<Option<Arc<dyn TokenSource>>, TokenError> {
    let tokens: Arc<dyn TokenSource> = match (&command.tokens, &command.api_tokens) {
        (Some(path), _) => Arc::new(TokenFile::open(path, Instant::now())?),
        (None, Some(text)) => {
            let invalid = |source| TokenError::Invalid { place: "GOODY_API_TOKENS".into(), source };
            Arc::new(Arc::new(Tokens::parse(text).map_err(invalid)?))
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(tokens))
}
