//! A function from its start to its last answer.

use std::fmt;
use std::sync::Arc;

use goody_application::ports::{Clock, Store};
use goody_application::simulate::Simulator;
use goody_domain::Instant;
use goody_http::{Access, App, Tokens};
use goody_store_dynamodb::DynamoStore;
use lambda_runtime::{Diagnostic, LambdaEvent, Service};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Notify;

use crate::clock::FunctionClock;
use crate::invocation::{Failure, serve};
use crate::metrics::Figures;
use crate::settings::{Settings, SettingsError};
use crate::{logs, store, tokens};

/// What every function works with.
pub struct Host {
    /// What the environment says.
    pub settings: Settings,
    /// The tables, as everything but the stream sees them.
    pub store: Arc<dyn Store>,
    /// The tables.
    pub tables: DynamoStore,
    clock: Arc<dyn Clock>,
    figures: Figures,
}

impl Host {
    /// Reads the settings, begins to log and to count, and makes the client. Nothing is asked of DynamoDB yet.
    ///
    /// # Errors
    /// Names what the environment does not say.
    pub fn start(function: &'static str) -> Result<Self, Failure> {
        let settings = Settings::from_environment()?;
        logs::start(&settings.log)?;
        let figures = Figures::new(function);
        figures.install()?;
        if let FunctionClock::File(file) = &settings.clock {
            tracing::warn!(file = %file.display(), "GOODY_CLOCK is set: it is as late as that file says");
        }
        let tables = store::open(&settings);
        let clock = Arc::new(settings.clock.clone());
        Ok(Self { store: Arc::new(tables.clone()), tables, settings, clock, figures })
    }

    /// The API on these tables, for those who have a token where one is needed: to write, and to read where that is protected.
    /// How often and how much at once, API Gateway and Lambda look at themselves.
    ///
    /// # Errors
    /// Names the setting that does not say where the tokens are.
    pub fn api(&self, writes: bool) -> Result<axum::Router, SettingsError> {
        let (nobody, protect_reads) = (Arc::new(Notify::new()), self.settings.protect_reads);
        // A function that is only to be read from takes nothing in, whatever the gateway passes on to it.
        let tokens = match writes || protect_reads {
            true => tokens::source(&self.settings)?,
            false => goody_http::fixed(Tokens::default()),
        };
        let app = App::new(self.store.clone(), self.clock.clone(), nobody, None);
        Ok(goody_http::router(app, Access { tokens: Some(tokens), protect_reads, ..Access::open() }))
    }

    /// What time it is.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The demo world on these tables.
    pub fn simulator(&self) -> Simulator {
        let world = &self.settings.world;
        Simulator::new(self.store.clone(), world.seed, world.scenario.clone())
    }

    /// Answers invocations until the process is ended.
    ///
    /// # Errors
    /// Where Lambda does not tell the next event.
    pub async fn serve<F, A, R>(&self, handler: F) -> Result<(), Failure>
    where
        F: Service<LambdaEvent<A>, Response = R, Error: Into<Diagnostic> + fmt::Debug>,
        F::Future: Future<Output = Result<R, F::Error>>,
        A: DeserializeOwned,
        R: Serialize,
    {
        Ok(serve(handler, &self.figures, self.clock.as_ref()).await?)
    }
}
