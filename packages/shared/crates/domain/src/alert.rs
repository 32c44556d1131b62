//! Alerts: what people are told, from its first look to its end, and what they did about it.
//!
//! The timer of a host looks at the reports and the detection, at instants. What holds then are the [`Cause`]s of a [`Look`]. The
//! [`AlertBook`] is a fold of the looks: it says at which look an alert is raised, gets worse, returns and resolves, so that equal looks give equal
//! alerts on every host. What people do are [`Act`]s; [`story`] is the life of one alert from both.

mod act;
mod book;
mod cause;
mod story;

pub use act::{Act, ActKind, LONGEST_NOTE, LONGEST_SNOOZE_DAYS};
pub use book::{AlertBook, AlertChange, ChangeKind, Ending};
pub use cause::{AlertId, AlertKind, Cause, CauseKey, Ended, Look, Severity};
pub use story::{AlertState, Progress, story};
