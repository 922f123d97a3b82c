//! Delivery status notifications (RFC 3464, INTEROP.md 4).
use super::part::Parts;
use super::{Bounce, Message, Own};
pub(super) fn read(_parts: &Parts<'_>, _message: &Message, _own: &Own<'_>) -> Option<Bounce> {
    None
}
