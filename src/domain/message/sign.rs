//! What says that no person wrote a mail, or that it wants no answer (INTEROP.md 3).
use super::part::Part;
use super::{Message, Own, Sign};
pub(super) fn read(_mail: &Part<'_>, _message: &Message, _own: &Own<'_>) -> Vec<Sign> {
    Vec::new()
}
