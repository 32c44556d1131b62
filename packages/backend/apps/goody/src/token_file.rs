//! A file of tokens, read again when it changes: so that tokens come and go without a restart.
//!
//! While it cannot be read, the tokens of the last good reading are used for a minute, so that a slip of the pen locks nobody
//! out. Then all are refused: a token that was taken out of the file must not stay good because the file is gone.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use goody_http::{TokenProblem, TokenSource, Tokens};

use crate::tokens::TokenError;

/// How old a reading may be where the file looks the same: two changes within one tick of its clock look like one.
const LONGEST_TRUST: Duration = Duration::from_secs(1);
/// How long the tokens of the last good reading are used while the file cannot be read.
const GRACE: Duration = Duration::from_secs(60);

pub(crate) struct TokenFile {
    path: PathBuf,
    known: Mutex<Known>,
}

struct Known {
    /// What the file looked like at the last good reading.
    mark: Mark,
    read_at: Instant,
    tokens: Arc<Tokens>,
    failure: Option<Failure>,
}

/// Why the file cannot be read, as of the latest try.
struct Failure {
    since: Instant,
    reason: String,
    is_refusing: bool,
}

/// What a file looks like from outside. Its time of change cannot be set by those who copy its contents with their times.
#[derive(PartialEq, Eq)]
struct Mark {
    file: (u64, u64),
    changed: (i64, i64),
    modified: (i64, i64),
    length: u64,
}

impl TokenFile {
    pub(crate) fn open(path: &Path, now: Instant) -> Result<Self, TokenError> {
        let (mark, tokens) = read(path)?;
        let known = Known { mark, read_at: now, tokens: Arc::new(tokens), failure: None };
        Ok(Self { path: path.into(), known: Mutex::new(known) })
    }

    /// The tokens that are good now.
    fn tokens_at(&self, now: Instant) -> Result<Arc<Tokens>, String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = || std::fs::metadata(&self.path).is_ok_and(|file| mark(&file) == known.mark);
        let is_read = known.failure.is_none() && now.duration_since(known.read_at) < LONGEST_TRUST && is_same();
        if !is_read {
            match read(&self.path) {
                Ok((mark, tokens)) => self.accept(&mut known, mark, tokens, now),
                Err(error) => self.note(&mut known, &error, now),
            }
        }
        match &known.failure {
            Some(Failure { reason, is_refusing: true, .. }) => Err(reason.clone()),
            _ => Ok(known.tokens.clone()),
        }
    }

    fn accept(&self, known: &mut Known, mark: Mark, tokens: Tokens, now: Instant) {
        if known.failure.is_some() || *known.tokens != tokens {
            tracing::info!(file = %self.path.display(), "the tokens were read anew");
        }
        *known = Known { mark, read_at: now, tokens: Arc::new(tokens), failure: None };
    }

    fn note(&self, known: &mut Known, error: &TokenError, now: Instant) {
        let reason = with_cause(error);
        let (since, was_refusing) =
            known.failure.as_ref().map_or((now, None), |old| (old.since, Some(old.is_refusing)));
        let is_refusing = now.duration_since(since) >= GRACE;
        // Once when it begins, and once when it becomes serious: every request tries again.
        if was_refusing != Some(is_refusing) {
            let seconds = GRACE.as_secs();
            match is_refusing {
                false => {
                    tracing::error!(reason, "the tokens cannot be read; those known are used for {seconds} s more")
                }
                true => tracing::error!(reason, "the tokens cannot be read for {seconds} s; every token is refused"),
            }
        }
        known.failure = Some(Failure { since, reason, is_refusing });
    }
}

#[async_trait]
impl TokenSource for TokenFile {
    async fn tokens(&self) -> Result<Arc<Tokens>, String> {
        self.tokens_at(Instant::now())
    }

    fn problem(&self) -> Option<TokenProblem> {
        let now = Instant::now();
        // Nobody may have asked for a while.
        let _ = self.tokens_at(now);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let failure = known.failure.as_ref()?;
        let is_refusing = failure.is_refusing;
        let seconds = now.duration_since(failure.since).as_secs();
        let effect = if is_refusing { "every token is refused" } else { "those known are used for a minute" };
        let detail = format!("the file cannot be read (since {seconds} s): {effect}; the log says why");
        Some(TokenProblem { detail, is_refusing })
    }
}

fn with_cause(error: &TokenError) -> String {
    match error {
        TokenError::Unreadable(_, cause) => format!("{error}: {cause}"),
        _ => error.to_string(),
    }
}

#[cfg(unix)]
fn mark(file: &Metadata) -> Mark {
    use std::os::unix::fs::MetadataExt;
    Mark {
        file: (file.dev(), file.ino()),
        changed: (file.ctime(), file.ctime_nsec()),
        modified: (file.mtime(), file.mtime_nsec()),
        length: file.len(),
    }
}

fn read(path: &Path) -> Result<(Mark, Tokens), TokenError> {
    let place = path.display().to_string();
    let unreadable = |error| TokenError::Unreadable(place.clone(), error);
    let mut file = File::open(path).map_err(unreadable)?;
    let mark = mark(&file.metadata().map_err(unreadable)?);
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => unreadable(std::io::Error::other("it is no text")),
        _ => unreadable(error),
    })?;
    let tokens = Tokens::parse(&text).map_err(|source| TokenError::Invalid { place, source })?;
    Ok((mark, tokens))
}

#[cfg(test)]
mod tests {
    use goody_http::{Token, TokenScope};

    use super::*;

    fn line(name: &str) -> String {
        format!("{}\n", Token::new(name, vec![TokenScope::Read], name).unwrap())
    }

    fn parsed(name: &str) -> Arc<Tokens> {
        Arc::new(Tokens::parse(&line(name)).unwrap())
    }

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn a_file_that_cannot_be_read_is_tried_again_until_it_can() {
        let (_folder, path) = file(&line("old"));
        let now = Instant::now();
        let tokens = TokenFile::open(&path, now).unwrap();
        std::fs::write(&path, "half a li").unwrap();
        assert_eq!(tokens.tokens_at(now), Ok(parsed("old")), "a slip of the pen locks nobody out");
        // What is written next may look the same from outside as what could not be read.
        let looks = std::fs::metadata(&path).unwrap().modified().unwrap();
        std::fs::write(&path, line("new")).unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(looks).unwrap();
        assert_eq!(tokens.tokens_at(now), Ok(parsed("new")));
        assert_eq!(tokens.problem(), None);
    }

    #[test]
    fn every_token_is_refused_once_the_file_could_not_be_read_for_a_minute() {
        let (_folder, path) = file(&line("old"));
        let now = Instant::now();
        let tokens = TokenFile::open(&path, now).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(tokens.tokens_at(now), Ok(parsed("old")));
        assert_eq!(
            tokens.problem().map(|problem| problem.is_refusing),
            Some(false),
            "it is said from the first moment"
        );
        assert_eq!(tokens.tokens_at(now + GRACE - Duration::from_secs(1)), Ok(parsed("old")));
        assert!(tokens.tokens_at(now + GRACE).unwrap_err().contains("cannot be read"));
        std::fs::write(&path, line("new")).unwrap();
        assert_eq!(tokens.tokens_at(now + GRACE), Ok(parsed("new")));
    }

    #[test]
    fn a_change_that_keeps_length_and_time_is_seen() {
        let (folder, path) = file(&line("abc"));
        let now = Instant::now();
        let tokens = TokenFile::open(&path, now).unwrap();
        let looks = std::fs::metadata(&path).unwrap().modified().unwrap();
        // As rsync and cp -p do it: another file in its place; and then in the same file.
        for (number, name) in ["xyz", "uvw"].into_iter().enumerate() {
            let next = if number == 0 { folder.path().join("next") } else { path.clone() };
            std::fs::write(&next, line(name)).unwrap();
            File::options().write(true).open(&next).unwrap().set_modified(looks).unwrap();
            std::fs::rename(&next, &path).unwrap();
            let seen = tokens.tokens_at(now + LONGEST_TRUST * u32::try_from(number + 1).unwrap());
            assert_eq!(seen, Ok(parsed(name)));
        }
    }
}
