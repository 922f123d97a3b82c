//! Whom a change concerns. In: a key as people write it, or `last` for the last reload; out: the changes to ask of each
//! case whether they bear on it.

use anyhow::bail;
use chrono::NaiveDate;

use crate::domain::change::{Change, Part};
use crate::domain::desk;
use crate::domain::directory::Directory;
use crate::domain::id::{Key, SubjectId};
use crate::domain::policy::Policy;
use crate::store::Store;

/// The changes that `key` means.
///
/// # Errors
/// When it is the name of nothing, or there was no reload yet.
pub async fn changes(key: &str, directory: &Directory, store: &Store) -> anyhow::Result<Vec<Change>> {
    if key == "last" {
        return last(store).await;
    }
    let one = |part: Part, key: &str| Ok(vec![Change { part, key: key.into(), what: String::new() }]);
    if let Some(figure) = key.strip_prefix("policy.") {
        let figures = serde_json::to_value(Policy::default())?;
        if figures.get(figure).is_none() {
            bail!("found {key:?}, expected a key of [policy], such as policy.paper_cut_off");
        }
        return one(Part::Policy, figure);
    }
    if key.parse::<NaiveDate>().is_ok() {
        return one(Part::Meeting, key);
    }
    let name = Key(key.into());
    if directory.user(&name).is_some() {
        return one(Part::User, key);
    }
    if directory.provider(&name).is_some() {
        return one(Part::Provider, key);
    }
    if directory.person(&name).is_some() {
        return one(Part::Person, key);
    }
    bail!(
        "found {key:?}, expected the key of a User, provider or person in the directory, the day of a meeting \
         (2026-12-09), policy.KEY, or last"
    )
}

/// What the last reload changed.
async fn last(store: &Store) -> anyhow::Result<Vec<Change>> {
    for recorded in store.journal(&SubjectId::desk()).await?.into_iter().rev() {
        if recorded.entry.kind != "WorldChanged" {
            continue;
        }
        if let desk::Event::WorldChanged { changes, .. } = serde_json::from_slice(&recorded.entry.body)? {
            return Ok(changes);
        }
    }
    bail!("found no reload in the journal, expected one: nothing was edited since the first start")
}
