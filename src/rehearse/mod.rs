//! Living through time that has not come: the real engine on a record of its own, under a clock that is turned, with a
//! mailbox in memory and a post that does as it is told. In: a record, a World, and what is to happen; out: what the
//! daemon did. Invariant: nothing leaves, and nothing of the office's own is touched.

mod ask;
mod expect;
mod forecast;
mod hands;
mod keys;
mod mail;
mod meet;
mod office;
mod play;
mod post;
mod reason;
mod rehearsal;
mod review;
mod script;
mod story;
mod tray;

pub use forecast::{Forecast, Foreseen, MOST_STEPS, forecast};
pub use hands::Hands;
pub use office::Setting;
pub use play::Play;
pub use post::{Post, Sent};
pub use rehearsal::{Ends, Rehearsal};
pub use script::{Step, read as read_script};
pub use story::Came;
pub use tray::Tray;
