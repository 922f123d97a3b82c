//! What a reader sees of an HTML part. In: HTML; out: text, a block a line, a table row a line with its cells
//! separated by a tab, quotations marked `> `. Invariant: one pass over tokens, no tree and no recursion, so neither
//! depth nor size of a hostile page costs more than its length.

use super::markup::{Tag, Token, Tokens, decode, tokens};
use super::page::Page;

/// Renders HTML as text.
pub(super) fn render(html: &str) -> String {
    let mut reader = Reader::default();
    let mut tokens = tokens(html);
    let mut text = String::new();
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(raw) if reader.hidden.is_none() => {
                text.clear();
                decode(raw, &mut text);
                reader.page.text(&text, reader.n_pre > 0);
            }
            Token::Text(_) => {}
            Token::Start(tag) => reader.start(&tag, &mut tokens),
            Token::End(name) => reader.end(Name::of(name).as_str()),
        }
    }
    reader.page.finish()
}

#[derive(Default)]
struct Reader {
    page: Page,
    hidden: Option<Hidden>,
    n_pre: usize,
}

/// The name of an element in lower case; empty where it is longer than any that matters.
#[derive(Clone, Copy)]
struct Name([u8; 12], usize);

impl Name {
    fn of(name: &str) -> Self {
        let mut lower = [0; 12];
        let Some(place) = lower.get_mut(..name.len()) else { return Self([0; 12], 0) };
        place.copy_from_slice(name.as_bytes());
        place.make_ascii_lowercase();
        Self(lower, name.len())
    }

    fn as_str(&self) -> &str {
        self.0.get(..self.1).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default()
    }
}

/// An element that no reader sees, until its end.
struct Hidden {
    name: Name,
    /// Elements of that name within it.
    n_inner: usize,
    /// Tables within it: a row in one of them does not end a hidden row.
    n_tables: usize,
}

impl Reader {
    fn start(&mut self, tag: &Tag<'_>, tokens: &mut Tokens<'_>) {
        let lower = Name::of(tag.name);
        let name = lower.as_str();
        if ["script", "style", "title", "iframe", "noframes"].contains(&name) {
            // Their content is no markup (HTML 13.2.6.4.4), and none of it is shown.
            return tokens.skip_raw(name);
        }
        if let Some(hidden) = &mut self.hidden {
            if hidden.goes_on_at(name) {
                return;
            }
            self.hidden = None;
        }
        if !is_void(name) && (name == "template" || is_struck(name) || is_hidden(tag)) {
            self.hidden = Some(Hidden { name: lower, n_inner: 0, n_tables: 0 });
            return;
        }
        match name {
            "br" => self.page.line_break(),
            "table" => self.page.table(),
            "tr" => self.page.row(),
            "td" | "th" => self.page.cell(),
            "blockquote" => self.page.quote(),
            "pre" => {
                self.page.block();
                self.n_pre += 1;
            }
            _ if is_block(name) => self.page.block(),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        // A struck stretch that nobody closed ends with what it stands in.
        let is_outer = is_block(name) || ["td", "th", "tr", "table"].contains(&name);
        self.hidden.take_if(|hidden| is_outer && is_struck(hidden.name.as_str()));
        if let Some(hidden) = &mut self.hidden {
            if hidden.ends_at(name) {
                self.hidden = None;
            }
            return;
        }
        match name {
            // HTML 13.2.6.4.7: a lone end tag of these makes an element.
            "br" => self.page.line_break(),
            "table" => self.page.end_table(),
            "tr" => self.page.end_row(),
            "td" | "th" => self.page.end_cell(),
            "blockquote" => self.page.end_quote(),
            "pre" => {
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
    fn goes_on_at(&mut self, name: &str) -> bool {
        let is_next = match self.name.as_str() {
            "p" => is_block(name) || name == "table",
            "li" => name == "li",
            "td" | "th" => ["td", "th", "tr"].contains(&name),
            "tr" => name == "tr",
            own if is_struck(own) => is_block(name) || ["table", "td", "th", "tr"].contains(&name),
            _ => false,
        };
        if is_next && self.n_tables == 0 {
            return false;
        }
        self.n_inner += usize::from(name == self.name.as_str());
        self.n_tables += usize::from(name == "table");
        true
    }

    fn ends_at(&mut self, name: &str) -> bool {
        let own = self.name.as_str();
        if name == "table" && own != "table" {
            // The end of the table around a hidden row or cell ends that too.
            let is_around = self.n_tables == 0 && ["td", "th", "tr"].contains(&own);
            self.n_tables = self.n_tables.saturating_sub(1);
            return is_around;
        }
        if name != own {
            return false;
        }
        let ends = self.n_inner == 0;
        self.n_inner = self.n_inner.saturating_sub(1);
        ends
    }
}

/// What the writer struck out is not what the writer says.
fn is_struck(name: &str) -> bool {
    ["s", "del", "strike"].contains(&name)
}

/// `hidden`, or a style by which senders hide preheaders and Outlook its leftovers.
fn is_hidden(tag: &Tag<'_>) -> bool {
    if tag.is_hidden || !tag.style.contains(':') {
        return tag.is_hidden;
    }
    let bare = tag.style.chars().filter(|c| !c.is_whitespace());
    let style: String = bare.map(|c| c.to_ascii_lowercase()).collect();
    ["display:none", "visibility:hidden", "mso-hide:all", "text-decoration:line-through"]
        .iter()
        .any(|hidden| style.contains(hidden))
}

fn is_void(name: &str) -> bool {
    ["br", "hr", "img", "input", "meta", "link", "base", "col", "wbr", "area", "source"].contains(&name)
}

/// Elements that begin and end a line.
const BLOCKS: [&str; 41] = [
    "address",
    "article",
    "aside",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "option",
    "p",
    "section",
    "select",
    "summary",
    "tbody",
    "tfoot",
    "thead",
    "textarea",
    "ul",
    "figcaption",
];

fn is_block(name: &str) -> bool {
    BLOCKS.contains(&name)
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
    fn a_tag_of_endless_attributes_is_left_out() {
        let attributes: String = (0..300_000).map(|n| format!(" a{n}=1")).collect::<Vec<_>>().concat();
        check(&format!("<p>one<b{attributes}>two<i {attributes}"), "onetwo\n");
        check(&format!("one<img src='data:{}'>two", "A/".repeat(3_000)), "onetwo\n");
        check("a < b <and> c", "a < b c\n");
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
