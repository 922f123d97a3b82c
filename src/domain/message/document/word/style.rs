//! Styles that hide. In: the styles of a document; out: for the name of a style whether its text is seen. Invariant: a
//! style that rests on others hides what they hide, however long that chain is.

use std::collections::HashMap;

use super::Seen;
use crate::domain::message::document::Unreadable;
use crate::domain::message::document::xml::{Element, Token, Tokens};

/// Styles that are known of one document, and the longest chain of them.
const STYLES: usize = 5_000;
const CHAIN: usize = 20;

#[derive(Default)]
pub(super) struct Styles(HashMap<String, Style>);

#[derive(Default)]
struct Style {
    rests_on: Option<String>,
    is_hidden: Option<bool>,
    is_struck: Option<bool>,
}

impl Styles {
    pub fn of(xml: &str) -> Result<Self, Unreadable> {
        let mut styles = HashMap::new();
        let (mut name, mut style) = (String::new(), Style::default());
        let mut tokens = Tokens::of(xml);
        while let Some(token) = tokens.next()? {
            let Token::Start(element) = token else { continue };
            match element.name() {
                "style" => {
                    if styles.len() < STYLES {
                        styles.insert(std::mem::take(&mut name), std::mem::take(&mut style));
                    }
                    name = element.attribute("styleId").unwrap_or_default();
                }
                "basedOn" => style.rests_on = element.attribute("val"),
                "vanish" => style.is_hidden = Some(element.is_on()),
                "strike" | "dstrike" => style.is_struck = Some(element.is_on()),
                _ => {}
            }
        }
        styles.insert(name, style);
        // What stood before the first style belongs to none.
        styles.remove("");
        Ok(Self(styles))
    }

    /// Whether text of the style that an element names is seen.
    pub fn of_name(&self, element: &Element<'_>) -> Seen {
        let (mut is_hidden, mut is_struck) = (None, None);
        let mut name = element.attribute("val");
        for _ in 0..CHAIN {
            let Some(style) = name.as_ref().and_then(|name| self.0.get(name)) else { break };
            is_hidden = is_hidden.or(style.is_hidden);
            is_struck = is_struck.or(style.is_struck);
            name.clone_from(&style.rests_on);
        }
        Seen { is_hidden: is_hidden.unwrap_or(false), is_struck: is_struck.unwrap_or(false) }
    }
}
