//! A file of tokens. It is read again when it changes, so that tokens can be added and revoked without a restart.
//!
//! While the file cannot be read, the tokens of the last successful read are used for a minute, so that a typing error locks no
//! client out. After that, all tokens are refused: a revoked token must not remain valid because the file is missing.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use goody_application::error_chain::error_chain;
use goody_http::{GracePeriod, TokenCache, TokenProblem, TokenSource, Tokens, TokensError};

/// How long the tokens are used without another read while the metadata of the file are unchanged. Two changes within one tick of
/// the file system's clock have the same metadata.
const MAX_CACHE_AGE: Duration = Duration::from_secs(1);

/// Why the tokens of a place cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnreadableTokens {
    #[error("the tokens in {0} cannot be read")]
    Unreadable(String, #[source] std::io::Error),
    #[error("{place}: {source}")]
    Invalid { place: String, source: TokensError },
}

pub(crate) struct TokenFile {
    path: PathBuf,
    /// The metadata of the file at the last successful read.
    fingerprint: Mutex<Fingerprint>,
    cache: TokenCache,
}

/// The metadata that show a change of the file. A program that copies a file can also copy `modified`, but cannot set `changed`.
#[derive(PartialEq, Eq)]
struct Fingerprint {
    /// The device and the inode.
    file: (u64, u64),
    changed: (i64, i64),
    modified: (i64, i64),
    length: u64,
}

impl TokenFile {
    pub(crate) fn open(path: &Path, now: Instant) -> Result<Self, UnreadableTokens> {
        let (fingerprint, tokens) = read(path)?;
        // A file that cannot be read is tried again at every request: a corrected file counts at once.
        let cache = TokenCache::new("the file", MAX_CACHE_AGE, Duration::ZERO, GracePeriod::AfterFailure);
        let _ = cache.record(Ok(tokens), now);
        Ok(Self { path: path.into(), fingerprint: Mutex::new(fingerprint), cache })
    }

    /// The tokens that are valid at `now`.
    fn tokens_at(&self, now: Instant) -> Result<Arc<Tokens>, String> {
        let mut known = self.fingerprint.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = || std::fs::metadata(&self.path).is_ok_and(|file| fingerprint(&file) == *known);
        if let Some(cached) = self.cache.cached(now).filter(|_| is_same()) {
            return cached;
        }
        let read = read(&self.path).map(|(fingerprint, tokens)| {
            *known = fingerprint;
            tokens
        });
        self.cache.record(read.map_err(|error| error_chain(&error)), now)
    }
}

#[async_trait]
impl TokenSource for TokenFile {
    async fn tokens(&self) -> Result<Arc<Tokens>, String> {
        self.tokens_at(Instant::now())
    }

    fn problem(&self) -> Option<TokenProblem> {
        let now = Instant::now();
        // The last request with a token may be long ago.
        let _ = self.tokens_at(now);
        self.cache.problem(now)
    }
}

#[cfg(unix)]
fn fingerprint(file: &Metadata) -> Fingerprint {
    use std::os::unix::fs::MetadataExt;
    Fingerprint {
        file: (file.dev(), file.ino()),
        changed: (file.ctime(), file.ctime_nsec()),
        modified: (file.mtime(), file.mtime_nsec()),
        length: file.len(),
    }
}

fn read(path: &Path) -> Result<(Fingerprint, Tokens), UnreadableTokens> {
    let place = path.display().to_string();
    let unreadable = |error| UnreadableTokens::Unreadable(place.clone(), error);
    let mut file = File::open(path).map_err(unreadable)?;
    let fingerprint = fingerprint(&file.metadata().map_err(unreadable)?);
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => unreadable(std::io::Error::other("it is not UTF-8 text")),
        _ => unreadable(error),
    })?;
    let tokens = Tokens::parse(&text).map_err(|source| UnreadableTokens::Invalid { place, source })?;
    Ok((fingerprint, tokens))
}

#[cfg(test)]
mod tests {
    use goody_http::{Token, TokenScope};

    use super::*;

    /// How long the last valid tokens are used while the file cannot be read.
    const GRACE: Duration = Duration::from_secs(60);

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
    fn an_invalid_file_is_read_again_until_it_is_valid() {
        let (_folder, path) = file(&line("old"));
        let now = Instant::now();
        let tokens = TokenFile::open(&path, now).unwrap();
        std::fs::write(&path, "half a li").unwrap();
        assert_eq!(tokens.tokens_at(now), Ok(parsed("old")), "a typing error locks no client out");
        // The next content may have the same time as the invalid one.
        let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
        std::fs::write(&path, line("new")).unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
        assert_eq!(tokens.tokens_at(now), Ok(parsed("new")));
        assert_eq!(tokens.problem(), None);
    }

    #[test]
    fn every_token_is_refused_after_the_file_was_unreadable_for_a_minute() {
        let (_folder, path) = file(&line("old"));
        let now = Instant::now();
        let tokens = TokenFile::open(&path, now).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(tokens.tokens_at(now), Ok(parsed("old")));
        assert_eq!(
            tokens.problem().map(|problem| problem.is_refusing),
            Some(false),
            "the problem is reported from the first moment"
        );
        assert_eq!(tokens.tokens_at(now + GRACE - Duration::from_secs(1)), Ok(parsed("old")));
        assert!(tokens.tokens_at(now + GRACE).unwrap_err().contains("cannot be read"));
        std::fs::write(&path, line("new")).unwrap();
        assert_eq!(tokens.tokens_at(now + GRACE), Ok(parsed("new")));
    }

    #[test]
    fn a_change_with_the_same_length_and_time_is_detected() {
        let (folder, path) = file(&line("abc"));
        let now = Instant::now();
        let tokens = TokenFile::open(&path, now).unwrap();
        let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
        // First another file replaces it, as with rsync; then the same file is written again, as with cp -p.
        for (number, name) in ["xyz", "uvw"].into_iter().enumerate() {
            let next = if number == 0 { folder.path().join("next") } else { path.clone() };
            std::fs::write(&next, line(name)).unwrap();
            File::options().write(true).open(&next).unwrap().set_modified(modified).unwrap();
            std::fs::rename(&next, &path).unwrap();
            let found = tokens.tokens_at(now + MAX_CACHE_AGE * u32::try_from(number + 1).unwrap());
            assert_eq!(found, Ok(parsed(name)));
        }
    }
}
