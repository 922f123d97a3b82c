//! Living through time that has not come: the real engine on a record of its own, under a clock that is turned, with a
//! mailbox in memory and a post that does as it is told. In: a record, a World, and what is to happen; out: what the
//! daemon did. Invariant: nothing leaves, and nothing of the office's own is touched.

mod forecast;
mod hands;
mod post;
mod reason;
mod rehearsal;
mod tray;

pub use forecast::{Forecast, Foreseen, MOST_STEPS, forecast};
pub use hands::Hands;
pub use post::{Post, Sent};
pub use rehearsal::Rehearsal;
pub use tray::Tray;
