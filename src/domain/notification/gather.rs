//! From the texts of a mail to what it notifies. In: text parts; out: one notification for each User's each system,
//! in the order of the mail. Invariant: of the plain and the HTML form of a text one alone is read, so that nothing
//! is said twice, and each document is read by itself.

use std::collections::HashSet;

use super::fill::fill;
use super::labels::{Named, Piece};
use super::pair::{Pair, pairs};
use super::settle::settle;
use super::together::together;
use super::users::each_user;
use super::values;
use super::values::text::{is_elsewhere, squash};
use super::{FieldName, Notification};
use crate::domain::message::TextPart;

/// Labelled lines that one mail may have; twenty-two make a whole notification.
const MAX_PAIRS: usize = 1000;

/// All that the writer's own lines and the attached documents notify.
#[must_use]
pub fn notifications(texts: &[TextPart], roles: &[String]) -> Vec<Notification> {
    let (of_documents, of_mail): (Vec<&TextPart>, Vec<&TextPart>) =
        texts.iter().partition(|text| text.document.is_some());
    let of_form = |html: bool| -> Vec<&TextPart> {
        of_mail.iter().copied().filter(|text| text.is_html == html).collect()
    };
    let plain = read(&of_form(false), roles);
    let html = read(&of_form(true), roles);
    let mail = if count(&html) > count(&plain) { html } else { plain };
    let documents = of_documents.chunk_by(|one, next| one.document == next.document).filter_map(|texts| {
        let document = texts.first()?.document.as_ref()?;
        Some((document, read(texts, roles)))
    });
    together(mail, documents.collect())
}

fn count(notifications: &[Notification]) -> usize {
    notifications.iter().map(|n| n.fields.n_stated() + n.problems.len().min(1)).sum()
}

fn read(texts: &[&TextPart], roles: &[String]) -> Vec<Notification> {
    let mut pairs: Vec<Pair> = texts.iter().flat_map(|text| pairs(text)).take(MAX_PAIRS).collect();
    // "Systems: two, see below" labels none.
    pairs.retain(|pair| pair.named.field != FieldName::SystemLabel || !is_elsewhere(pair.first_words(texts)));
    settle(texts, &mut pairs);
    groups(texts, &pairs)
        .into_iter()
        .flat_map(|group| each_user(texts, group))
        .map(|(group, mut told)| {
            let found = fill(texts, &group, roles);
            told.extend(found.problems);
            Notification { problems: told, ..found }
        })
        .filter(|found| found.fields.n_stated() > 0 || !found.problems.is_empty())
        .collect()
}

/// One group of pairs for each notification.
fn groups(texts: &[&TextPart], pairs: &[Pair]) -> Vec<Vec<Pair>> {
    let n_columns = pairs.iter().filter_map(|pair| pair.column).max().map_or(0, |last| last + 1);
    if n_columns > 1 {
        return (0..n_columns)
            .map(|column| of_column(pairs, column))
            .filter(|group| !group.is_empty())
            .collect();
    }
    let mut groups: Vec<Vec<Pair>> = vec![Vec::new()];
    for (at, pair) in pairs.iter().enumerate() {
        let rest = pairs.get(at..).unwrap_or_default();
        if let Some(group) = groups.last()
            && begins_next(texts, group, rest)
        {
            groups.push(Vec::new());
        }
        if let Some(group) = groups.last_mut() {
            group.push(pair.clone());
        }
    }
    share(&mut groups);
    groups
}

/// The column's own pairs, and those that stand for all columns.
fn of_column(pairs: &[Pair], column: usize) -> Vec<Pair> {
    let own: HashSet<Named> = pairs.iter().filter(|p| p.column == Some(column)).map(|p| p.named).collect();
    pairs
        .iter()
        .filter(|pair| pair.column == Some(column) || (pair.column.is_none() && !own.contains(&pair.named)))
        .cloned()
        .collect()
}

/// Does a further block begin here: is a label of the group repeated, and with it others?
fn begins_next(texts: &[&TextPart], group: &[Pair], rest: &[Pair]) -> bool {
    let Some(pair) = rest.first() else { return false };
    let Some(first) = group.iter().find(|known| known.named == pair.named) else { return false };
    if pair.named.piece != Piece::Whole || is_list_going_on(group, pair) {
        return false;
    }
    let known: HashSet<FieldName> = group.iter().map(|pair| pair.named.field).collect();
    let again: HashSet<FieldName> =
        rest.iter().map(|pair| pair.named.field).filter(|f| known.contains(f)).collect();
    let starts = matches!(
        pair.named.field,
        FieldName::UserPartyName | FieldName::PartyId | FieldName::SystemLabel | FieldName::SystemOrdinal
    );
    // A signature that says "User: Ann" begins nothing.
    let answers =
        |pair: &Pair| values::reads_clean(pair.named.field, pair.first_words(texts)).unwrap_or(false);
    let is_credible = rest.iter().take(FieldName::ALL.len()).any(answers);
    let differs = !squash(first.first_words(texts)).eq_ignore_ascii_case(&squash(pair.first_words(texts)));
    is_credible && (again.len() >= 3 || (starts && again.len() >= 2 && differs))
}

/// "User ID 1: ..", "User ID 2: .." in a row are one list.
fn is_list_going_on(group: &[Pair], pair: &Pair) -> bool {
    matches!(pair.named.field, FieldName::UserIds | FieldName::UserRoles)
        && group.last().is_some_and(|last| last.named == pair.named)
}

/// What stands above the first repeated label, and in no later block, is said for all.
fn share(groups: &mut [Vec<Pair>]) {
    let Some((first, later)) = groups.split_first_mut() else { return };
    let Some(opener) = later.first().and_then(|group| group.first()).map(|pair| pair.named) else { return };
    let n_top = first.iter().position(|pair| pair.named == opener).unwrap_or(0);
    let top = first.get(..n_top).unwrap_or_default();
    for group in later {
        let own: HashSet<FieldName> = group.iter().map(|pair| pair.named.field).collect();
        let mut all: Vec<Pair> =
            top.iter().filter(|pair| !own.contains(&pair.named.field)).cloned().collect();
        all.append(group);
        *group = all;
    }
}
