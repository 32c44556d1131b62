//! Stores what a webhook says, and says what became of it.

use goody_application::ingest::Batch;
use goody_application::parcels::{ParcelOutcome, named_by};
use goody_application::ports::{Refused, RejectionCode};
use goody_contract::{ErrorCode, FieldProblem, IngestResult, WebhookAnswer, WebhookResult};
use goody_domain::{FieldError, IngestOutcome, Instant, OrderEvent, Rejection};
use goody_formats::webhooks::{Facts, Outcome, Source};

use crate::App;
use crate::access::Caller;
use crate::audit::{self, Counts};
use crate::batch_id::new_batch_id;
use crate::error::ApiError;
use crate::parsed_events::take_in_of;
use crate::request_log::CorrelationId;

/// How the route of a kept rejection begins. The source follows.
pub(crate) const ROUTE: &str = "webhook:";

/// What became of a webhook.
#[derive(Default)]
pub(crate) struct Taken {
    counts: Counts,
    waiting: u64,
    is_test: bool,
    /// Why it waits or is left out.
    reason: Option<String>,
    rejected: Vec<(RejectionCode, FieldError)>,
}

/// Stores what a webhook says.
pub(crate) async fn take(
    app: &App,
    source: Source,
    outcome: Outcome,
    correlation_id: &CorrelationId,
) -> Result<Taken, ApiError> {
    let mut taken = Taken::default();
    match outcome {
        Outcome::Ping => taken.is_test = true,
        Outcome::Ignored(reason) => taken.reason = Some(reason),
        Outcome::Refused(rejection) => taken.reject(RejectionCode::Invalid, rejection),
        Outcome::Facts(facts) => {
            let (now, batch) = (app.now(), Batch { id: new_batch_id(), source: source.name().to_owned() });
            taken.store(app, facts, &batch, now).await?;
            taken.counts.add_to_metrics();
            let sender = audit::Source { caller: Caller::webhook(source), correlation_id: correlation_id.clone() };
            audit::log_events(&sender, now, &batch.id, taken.counts);
        }
    }
    Ok(taken)
}

impl Taken {
    async fn store(&mut self, app: &App, facts: Facts, batch: &Batch, now: Instant) -> Result<(), ApiError> {
        let mut events = Vec::with_capacity(facts.events.len());
        for event in &facts.events {
            match OrderEvent::check_with_warnings(event, now, app.0.reports.zone()) {
                Ok((event, _)) => events.push(event),
                Err(rejection) => self.reject(RejectionCode::Invalid, rejection),
            }
        }
        let parcels = named_by(&events);
        for outcome in app.0.ingest.ingest(events, batch, now).await? {
            self.add(outcome);
        }
        take_in_of(app, &parcels, now).await;
        for outcome in app.0.parcels.receive(facts.parcel_events, batch, now).await? {
            match outcome {
                ParcelOutcome::Recorded(outcomes) => outcomes.into_iter().for_each(|outcome| self.add(outcome)),
                ParcelOutcome::Waits(reason) => {
                    self.waiting += 1;
                    self.reason.get_or_insert(reason);
                }
                ParcelOutcome::Rejected(rejection) => self.reject(RejectionCode::Invalid, rejection),
            }
        }
        app.0.new_facts.notify_one();
        Ok(())
    }

    fn add(&mut self, outcome: IngestOutcome) {
        match outcome {
            IngestOutcome::New | IngestOutcome::NewOfOtherVendor => self.counts.accepted += 1,
            IngestOutcome::Known => self.counts.duplicate += 1,
            IngestOutcome::Expired => self.counts.expired += 1,
            IngestOutcome::Conflict => self.reject(RejectionCode::Conflict, Rejection::conflict()),
            IngestOutcome::Full => self.reject(RejectionCode::OrderFull, Rejection::full()),
        }
    }

    fn reject(&mut self, code: RejectionCode, rejection: Rejection) {
        self.counts.rejected += 1;
        self.rejected.extend(rejection.errors.into_iter().map(|error| (code, error)));
    }

    /// A word for metrics.
    pub(crate) fn result(&self) -> &'static str {
        if self.rejected.is_empty() { "taken" } else { "refused" }
    }

    /// The result as that of one event.
    pub(crate) fn ingest_result(&self) -> IngestResult {
        match self.counts {
            _ if !self.rejected.is_empty() => IngestResult::Rejected,
            Counts { accepted: 0, expired, .. } if self.waiting == 0 && expired > 0 => IngestResult::Expired,
            Counts { accepted: 0, .. } if self.waiting == 0 => IngestResult::Duplicate,
            _ => IngestResult::Accepted,
        }
    }

    /// Every field that is wrong.
    pub(crate) fn errors(&self) -> Vec<FieldProblem> {
        self.rejected.iter().map(|(_, error)| error.clone().into()).collect()
    }

    fn reasons(&self) -> String {
        let errors = self.rejected.iter().map(|(_, error)| error.clone()).collect();
        Rejection { errors }.to_string()
    }

    /// What is kept of a webhook that is refused.
    pub(crate) fn refused(&self, source: Source, body: &[u8]) -> Option<Refused> {
        let (code, _) = self.rejected.first()?;
        Some(Refused {
            source: source.name().to_owned(),
            route: format!("{ROUTE}{}", source.name()),
            code: *code,
            reason: self.reasons(),
            body: body.to_vec(),
            is_cut: false,
        })
    }

    /// The answer to the sender.
    pub(crate) fn answer(self) -> Result<WebhookAnswer, ApiError> {
        if !self.rejected.is_empty() {
            let detail = format!("{}.", self.reasons());
            return Err(ApiError::new(ErrorCode::InvalidWebhook, detail).errors(self.errors()));
        }
        let Counts { accepted, duplicate, expired, .. } = self.counts;
        let result = match (self.is_test, accepted, self.waiting, duplicate + expired) {
            (true, ..) => WebhookResult::Test,
            (_, 1.., ..) => WebhookResult::Stored,
            (_, _, 1.., _) => WebhookResult::Waiting,
            (_, _, _, 1..) => WebhookResult::Known,
            _ => WebhookResult::LeftOut,
        };
        Ok(WebhookAnswer { result, accepted, duplicate, expired, waiting: self.waiting, reason: self.reason })
    }
}
