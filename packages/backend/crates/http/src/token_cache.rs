//! The tokens that were read last, and how long they stay valid while they cannot be read again.
//!
//! An operator's typing error must not lock all clients out at once, so the last tokens stay valid for [`GRACE`]. After that every
//! token is refused: a withdrawn token must not stay valid because its source is gone. Time is an argument.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::{TokenProblem, Tokens};

/// How long the last tokens stay valid while they cannot be read again.
const GRACE: Duration = Duration::from_secs(60);

/// When the grace period of a [`TokenCache`] begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GracePeriod {
    /// With the first read that fails.
    AfterFailure,
    /// When the last tokens are no longer fresh, whenever the next read fails.
    AfterExpiry,
}

/// The tokens of one source.
#[derive(Debug)]
pub struct TokenCache {
    /// The name of the source in messages: `the file`, `the secret`.
    source: &'static str,
    /// How long tokens are fresh: they are used without another read.
    fresh: Duration,
    /// How long no read is tried after one that failed.
    retry: Duration,
    grace: GracePeriod,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The last tokens, and when they were read.
    last: Option<(Arc<Tokens>, Instant)>,
    failure: Option<Failure>,
}

/// Why reads fail.
#[derive(Clone, Debug)]
struct Failure {
    since: Instant,
    last: Instant,
    reason: String,
    is_refusing: bool,
}

impl TokenCache {
    /// A cache without tokens. They are `fresh` for so long, and after a failed read the next one waits for `retry`.
    pub fn new(source: &'static str, fresh: Duration, retry: Duration, grace: GracePeriod) -> Self {
        Self { source, fresh, retry, grace, state: Mutex::default() }
    }

    /// The result to use without another read: fresh tokens, or a failure that is not to be retried yet.
    ///
    /// # Errors
    /// Every token is refused, for this reason.
    pub fn cached(&self, now: Instant) -> Option<Result<Arc<Tokens>, String>> {
        let state = self.state();
        match (&state.failure, &state.last) {
            (Some(failure), _) => (now.duration_since(failure.last) < self.retry).then(|| state.result()),
            (None, Some((tokens, read_at))) => (now.duration_since(*read_at) < self.fresh).then(|| Ok(tokens.clone())),
            (None, None) => None,
        }
    }

    /// Records a read and returns the tokens that are valid now.
    ///
    /// # Errors
    /// Every token is refused, for this reason.
    pub fn record(&self, read: Result<Tokens, String>, now: Instant) -> Result<Arc<Tokens>, String> {
        let mut state = self.state();
        match read {
            Ok(tokens) => {
                let is_new = state.last.as_ref().is_some_and(|(last, _)| **last != tokens);
                if state.failure.take().is_some() || is_new {
                    tracing::info!(source = self.source, "the tokens were read again");
                }
                state.last = Some((Arc::new(tokens), now));
            }
            Err(reason) => {
                let known = state.failure.as_ref();
                let since = known.map_or(now, |known| known.since);
                let is_refusing = state.last.as_ref().is_none_or(|(_, read_at)| {
                    let begins = match self.grace {
                        GracePeriod::AfterFailure => since,
                        GracePeriod::AfterExpiry => *read_at + self.fresh,
                    };
                    now >= begins + GRACE
                });
                // Logged when it begins and when it becomes serious, not at every read.
                if known.is_none_or(|known| known.is_refusing != is_refusing) {
                    log(self.source, &reason, is_refusing);
                }
                state.failure = Some(Failure { since, last: now, reason, is_refusing });
            }
        }
        state.result()
    }

    /// The failure for `/health`; `None` if the last read succeeded.
    pub fn problem(&self, now: Instant) -> Option<TokenProblem> {
        let Failure { since, is_refusing, .. } = self.state().failure.clone()?;
        let seconds = now.duration_since(since).as_secs();
        let effect = if is_refusing { "every token is refused" } else { "the last valid ones are used for a minute" };
        let detail = format!("{} cannot be read (for {seconds} s): {effect}; the log says why", self.source);
        Some(TokenProblem { detail, is_refusing })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn result(&self) -> Result<Arc<Tokens>, String> {
        match (&self.failure, &self.last) {
            (Some(Failure { reason, is_refusing: true, .. }), _) => Err(reason.clone()),
            (_, Some((tokens, _))) => Ok(tokens.clone()),
            (_, None) => Err("no tokens were read yet".to_owned()),
        }
    }
}

fn log(source: &str, reason: &str, is_refusing: bool) {
    let seconds = GRACE.as_secs();
    match is_refusing {
        false => tracing::error!(
            source,
            reason,
            "the tokens cannot be read: the last valid ones are used for {seconds} s more"
        ),
        true => tracing::error!(source, reason, "the tokens cannot be read: every token is refused"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRESH: Duration = Duration::from_secs(300);

    fn cache(grace: GracePeriod) -> TokenCache {
        TokenCache::new("the secret", FRESH, Duration::from_secs(5), grace)
    }

    fn no_answer() -> Result<Tokens, String> {
        Err("no answer".to_owned())
    }

    #[test]
    fn tokens_are_refused_once_their_source_cannot_be_read_for_a_minute_longer_than_they_are_fresh() {
        let (cache, began) = (cache(GracePeriod::AfterExpiry), Instant::now());
        cache.record(Ok(Tokens::default()), began).unwrap();
        for seconds in [300, 330, 359] {
            assert!(cache.record(no_answer(), began + Duration::from_secs(seconds)).is_ok(), "{seconds} s");
        }
        for seconds in [360, 4_000] {
            let refused = cache.record(no_answer(), began + Duration::from_secs(seconds));
            assert_eq!(refused, Err("no answer".to_owned()), "{seconds} s");
        }
        assert!(cache.record(Ok(Tokens::default()), began + Duration::from_secs(4_001)).is_ok());
    }

    #[test]
    fn the_grace_period_may_begin_with_the_first_failure() {
        let (cache, began) = (cache(GracePeriod::AfterFailure), Instant::now());
        cache.record(Ok(Tokens::default()), began).unwrap();
        let failed = began + Duration::from_secs(4_000);
        assert!(cache.record(no_answer(), failed).is_ok());
        assert!(cache.record(no_answer(), failed + GRACE - Duration::from_secs(1)).is_ok());
        assert!(cache.record(no_answer(), failed + GRACE).is_err());
    }

    #[test]
    fn without_any_tokens_every_token_is_refused() {
        assert!(cache(GracePeriod::AfterExpiry).record(no_answer(), Instant::now()).is_err());
    }

    #[test]
    fn fresh_tokens_and_a_recent_failure_need_no_read() {
        let (cache, began) = (cache(GracePeriod::AfterExpiry), Instant::now());
        assert_eq!(cache.cached(began), None);
        cache.record(Ok(Tokens::default()), began).unwrap();
        assert!(cache.cached(began + FRESH - Duration::from_secs(1)).is_some());
        assert_eq!(cache.cached(began + FRESH), None);
        cache.record(no_answer(), began + FRESH).unwrap();
        assert!(cache.cached(began + FRESH + Duration::from_secs(4)).is_some());
        assert_eq!(cache.cached(began + FRESH + Duration::from_secs(5)), None);
    }
}
