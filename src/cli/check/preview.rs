//! What would move if these files came into force now. In: a sound World and the record, where that is a file beside it;
//! out: each wait that would begin, end or fall on another instant, worked out as the daemon does it.

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;

use crate::cli::look;
use crate::config::Config;
use crate::domain::case::Case;
use crate::domain::desk::Move;
use crate::domain::id::SubjectId;
use crate::domain::world::World;
use crate::engine::moved;
use crate::store::RegisterFilter;

const PAGE: i64 = 500;

/// `None` where there is no record at hand, or it goes by these files already.
///
/// # Errors
/// When the record cannot be read.
pub async fn preview(
    config: &Config,
    world: &World,
    now: DateTime<Utc>,
) -> anyhow::Result<Option<Vec<Move>>> {
    let state = &config.state;
    if state.database.is_some() || !state.folder.join("sscd.db").exists() {
        return Ok(None);
    }
    // A record of an earlier version is brought up to date by the daemon: a check before its start must not fail on it.
    let Ok(store) = look::store(state).await else { return Ok(None) };
    let in_force = store.in_force().await?;
    if in_force.is_none_or(|known| known.world == HEXLOWER.encode(&world.sha256)) {
        return Ok(None);
    }
    let cases = RegisterFilter::Kind("case".into());
    let (mut moves, mut after) = (Vec::new(), None);
    loop {
        let page = store.register_list(&cases, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.subject.clone());
        let names: Vec<SubjectId> = page.iter().map(|row| row.subject.clone()).collect();
        let timers = store.timers_of(&names).await?;
        for row in &page {
            let case: Case = serde_json::from_slice(&row.body)?;
            let its = timers.get(&row.subject).map(Vec::as_slice).unwrap_or_default();
            moves.extend(moved(&case, its, now, world).unwrap_or_default());
        }
    }
    store.close().await;
    Ok(Some(moves))
}
