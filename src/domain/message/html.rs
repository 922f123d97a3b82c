//! What a reader sees of an HTML part. In: HTML; out: text, a block a line, a table row a line with its cells
//! separated by a tab, quotations marked `> `. Invariant: one pass over tokens, no tree and no recursion, so neither
//! depth nor size of a hostile page costs more than its length.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};
use html5ever::{LocalName, local_name};

use super::page::Page;

/// Renders HTML as text.
pub(super) fn render(html: &str) -> String {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let reader = Tokenizer::new(Reader::default(), html5ever::tokenizer::TokenizerOpts::default());
    // The tokenizer only ever pauses for a script, which this sink does not report.
    let _ = reader.feed(&input);
    reader.end();
    reader.sink.state.take().page.finish()
}

#[derive(Default)]
struct Reader {
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    page: Page,
    hidden: Option<Hidden>,
    n_pre: usize,
}

/// An element that no reader sees, until its end.
struct Hidden {
    name: LocalName,
    /// Elements of that name within it.
    n_inner: usize,
    /// Tables within it: a row in one of them does not end a hidden row.
    n_tables: usize,
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.state.borrow_mut();
        match token {
            Token::CharacterTokens(text) if state.hidden.is_none() => {
                let is_pre = state.n_pre > 0;
                state.page.text(&text, is_pre);
            }
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return state.start(&tag),
            Token::TagToken(tag) => state.end(&tag.name),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl State {
    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        // Their content is no markup (HTML 13.2.6.4.4), and none of it is shown.
        let raw = match tag.name {
            local_name!("script") => Some(RawKind::ScriptData),
            local_name!("style") | local_name!("iframe") | local_name!("noframes") => Some(RawKind::Rawtext),
            local_name!("title") => Some(RawKind::Rcdata),
            _ => None,
        };
        if let Some(hidden) = &mut self.hidden {
            if hidden.goes_on_at(&tag.name) {
                return raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData);
            }
            self.hidden = None;
        }
        if !is_void(&tag.name) && (raw.is_some() || tag.name == local_name!("template") || is_hidden(tag)) {
            self.hidden = Some(Hidden { name: tag.name.clone(), n_inner: 0, n_tables: 0 });
            return raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData);
        }
        match tag.name {
            local_name!("br") => self.page.line_break(),
            local_name!("table") => self.page.table(),
            local_name!("tr") => self.page.row(),
            local_name!("td") | local_name!("th") => self.page.cell(),
            local_name!("blockquote") => self.page.quote(),
            local_name!("pre") => {
                self.page.block();
                self.n_pre += 1;
            }
            _ if is_block(&tag.name) => self.page.block(),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn end(&mut self, name: &LocalName) {
        if let Some(hidden) = &mut self.hidden {
            if hidden.ends_at(name) {
                self.hidden = None;
            }
            return;
        }
        match *name {
            // HTML 13.2.6.4.7: a lone end tag of these makes an element.
            local_name!("br") => self.page.line_break(),
            local_name!("table") => self.page.end_table(),
            local_name!("tr") => self.page.end_row(),
            local_name!("td") | local_name!("th") => self.page.end_cell(),
            local_name!("blockquote") => self.page.end_quote(),
            local_name!("pre") => {
                self.page.block();
                self.n_pre = self.n_pre.saturating_sub(1);
            }
            _ if is_block(name) => self.page.block(),
            _ => {}
        }
    }
}

impl Hidden {
    /// Whether the element is still open behind a start tag; some elements end where the next begins
    /// (HTML 13.1.2.4), and what follows must not vanish with them.
    fn goes_on_at(&mut self, name: &LocalName) -> bool {
        let is_next = match self.name {
            local_name!("p") => is_block(name) || *name == local_name!("table"),
            local_name!("li") => *name == local_name!("li"),
            local_name!("td") | local_name!("th") => {
                [local_name!("td"), local_name!("th"), local_name!("tr")].contains(name)
            }
            local_name!("tr") => *name == local_name!("tr"),
            _ => false,
        };
        if is_next && self.n_tables == 0 {
            return false;
        }
        self.n_inner += usize::from(*name == self.name);
        self.n_tables += usize::from(*name == local_name!("table"));
        true
    }

    fn ends_at(&mut self, name: &LocalName) -> bool {
        if *name == local_name!("table") && *name != self.name {
            // The end of the table around a hidden row or cell ends that too.
            let is_around = self.n_tables == 0
                && [local_name!("td"), local_name!("th"), local_name!("tr")].contains(&self.name);
            self.n_tables = self.n_tables.saturating_sub(1);
            return is_around;
        }
        if *name != self.name {
            return false;
        }
        let ends = self.n_inner == 0;
        self.n_inner = self.n_inner.saturating_sub(1);
        ends
    }
}

/// `hidden`, or a style by which senders hide preheaders and Outlook its leftovers.
fn is_hidden(tag: &Tag) -> bool {
    tag.attrs.iter().any(|attribute| match attribute.name.local {
        local_name!("hidden") => true,
        local_name!("style") => {
            let style: String = attribute
                .value
                .chars()
                .filter(|c| !c.is_whitespace())
                .collect::<String>()
                .to_ascii_lowercase();
            ["display:none", "visibility:hidden", "mso-hide:all"].iter().any(|hidden| style.contains(hidden))
        }
        _ => false,
    })
}

fn is_void(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("br")
            | local_name!("hr")
            | local_name!("img")
            | local_name!("input")
            | local_name!("meta")
            | local_name!("link")
            | local_name!("base")
            | local_name!("col")
            | local_name!("wbr")
            | local_name!("area")
            | local_name!("source")
    )
}

fn is_block(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("address")
            | local_name!("article")
            | local_name!("aside")
            | local_name!("body")
            | local_name!("caption")
            | local_name!("center")
            | local_name!("dd")
            | local_name!("details")
            | local_name!("div")
            | local_name!("dl")
            | local_name!("dt")
            | local_name!("fieldset")
            | local_name!("figure")
            | local_name!("footer")
            | local_name!("form")
            | local_name!("h1")
            | local_name!("h2")
            | local_name!("h3")
            | local_name!("h4")
            | local_name!("h5")
            | local_name!("h6")
            | local_name!("header")
            | local_name!("hr")
            | local_name!("li")
            | local_name!("main")
            | local_name!("nav")
            | local_name!("ol")
            | local_name!("option")
            | local_name!("p")
            | local_name!("section")
            | local_name!("summary")
            | local_name!("ul")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(render(html), expected, "{html}");
    }

    #[test]
    fn blocks_are_lines_and_blanks_are_one() {
        check("<p>One</p><p>Two <b>bold</b></p>", "One\nTwo bold\n");
        check("<div>One<div>Two</div>three</div>", "One\nTwo\nthree\n");
        check("a<br>b<br/>\n<br>c", "a\nb\n\nc\n");
        check("  a \n\t b&nbsp;&nbsp;c&amp;d &pound;5 &#8364; ", "a b c&d £5 €\n");
        check("<pre>a\n  b</pre>c", "a\n  b\nc\n");
        check("<ul><li>a<li>b</ul>", "a\nb\n");
        check("", "");
        check("bare text", "bare text\n");
    }

    #[test]
    fn a_table_row_is_a_line_with_tabs() {
        check(
            "<table><tr><th>Field</th><th>Value</th></tr><tr><td>User</td><td>Power Ltd</td></tr></table>",
            "Field\tValue\nUser\tPower Ltd\n",
        );
        check(
            "<table><tr><td><p>User</p></td><td><p>Power</p><p>Ltd</p></td></tr></table>x",
            "User\tPower Ltd\nx\n",
        );
        check("<table><tr><td>a<td>b<tr><td>c<td></table>", "a\tb\nc\t\n");
        check("<p>x<table><tr><td>a</td><td></td><td>c</td></tr></table>", "x\na\t\tc\n");
        check("<table><td>a</td><td>b</td></table>", "a\tb\n");
        check("a<td>b</td></tr></table>c", "a b c\n");
    }

    #[test]
    fn a_table_that_only_lays_out_keeps_its_lines() {
        check("<table><tr><td><p>Dear SSC</p><p>User: x</p></td></tr></table>", "Dear SSC\nUser: x\n");
        check(
            "<table><tr><td>&nbsp;</td><td><p>Top</p><table><tr><td>a</td><td>b</td></tr></table><p>End</p></td></tr></table>",
            "Top\na\tb\nEnd\n",
        );
    }

    #[test]
    fn what_is_hidden_is_left_out_and_nothing_else() {
        check("<head><title>t</title><style>p{}</style></head>a<script>b<i</script>c", "ac\n");
        check("<div style='Display: none'>pre<div>header</div></div>seen", "seen\n");
        check("<p hidden>gone<p>seen", "seen\n");
        check("<table><tr style='display:none'><td>x<tr><td>seen</table>after", "seen\nafter\n");
        check("<table><tr><td hidden>x</table>after", "after\n");
        check("<img hidden>seen<hr hidden>on", "seen\non\n");
        check("<!-- no -->a<![if !mso]>b<![endif]>", "ab\n");
        check("<span style=\"mso-hide:all\">x<span>y</span>z</span>a", "a\n");
    }

    #[test]
    fn quotations_are_marked_as_in_plain_text() {
        check(
            "Yes.<blockquote>Is it?<br>Well?<blockquote>older</blockquote></blockquote>Bye",
            "Yes.\n> Is it?\n> Well?\n> > older\nBye\n",
        );
        check("<blockquote><table><tr><td>a</td><td>b</td></tr></table></blockquote>", "> a\tb\n");
    }

    #[test]
    fn depth_and_nonsense_cost_nothing() {
        for open in [
            "<div>",
            "<b>",
            "<table><tr><td>",
            "<blockquote>",
            "<font><p>",
            "<div hidden>",
            "<a b=c ",
            "&",
            "<!--",
            "</p>",
        ] {
            let text = render(&open.repeat(50_000));
            assert!(text.len() < 2_000_000, "{open}");
        }
    }
}
