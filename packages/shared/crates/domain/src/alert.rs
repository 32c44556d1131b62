//! Alerts: what is reported to people, from its first look to its end, and what they did about it.
//!
//! The timer of a host looks at the reports and the detection, at instants. What holds then are the [`Cause`]s of a [`Look`]. The
//! [`AlertRegister`] is a fold of the looks: it says at which look an alert is raised, gets worse, returns and resolves, so that equal looks give equal
//! alerts on every host. What people do are [`Act`]s; [`state_at`] is how far one alert is, from both.

mod act;
mod cause;
mod register;
mod state;

pub use act::{Act, ActKind, LONGEST_NOTE, LONGEST_SNOOZE_DAYS};
pub use cause::{AlertId, AlertKind, Cause, CauseKey, Ended, Look, Severity};
pub use register::{AlertChange, AlertRegister, ChangeKind, Ending};
pub use state::{AlertState, Progress, state_at};
