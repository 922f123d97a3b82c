//! The lines of a page in the making. In: text, breaks, rows and cells in the order of an HTML part; out: plain
//! text. Invariant: a row of a table of data is one line; a table that only lays out keeps its lines.

/// Tables within tables that are told apart; deeper ones run together.
const MAX_TABLES: usize = 30;
/// Columns that one merged cell covers.
const MAX_COLUMNS: usize = 30;
/// Marks of quotation before a line; deeper ones are not counted further.
const MAX_QUOTES: usize = 9;

#[derive(Default)]
pub(super) struct Page {
    base: Lines,
    tables: Vec<Table>,
    /// Tables hold data, and none of them is there to lay out a letter.
    is_document: bool,
}

/// Text that grows line by line.
#[derive(Default)]
struct Lines {
    text: String,
    /// Something stands on the line.
    is_begun: bool,
    /// A blank is due before the next word.
    is_spaced: bool,
    n_quotes: usize,
    /// It holds rows of a table within.
    has_rows: bool,
    /// Further columns that a merged cell covers.
    n_covered: usize,
}

#[derive(Default)]
struct Table {
    cells: Vec<Lines>,
    /// The last cell still takes text.
    is_open: bool,
}

impl Page {
    /// The page of a document. Beside a label and its hint an empty cell waits for the answer.
    pub fn of_document() -> Self {
        Self { is_document: true, ..Self::default() }
    }

    fn lines(&mut self) -> &mut Lines {
        let inner = self.tables.iter_mut().rev().find(|table| table.is_open);
        inner.and_then(|table| table.cells.last_mut()).unwrap_or(&mut self.base)
    }

    pub fn text(&mut self, text: &str, is_pre: bool) {
        // Between the cells of a table nothing is shown in its place; blanks there mean nothing.
        if self.tables.last().is_some_and(|table| !table.is_open) && text.trim().is_empty() {
            return;
        }
        self.lines().push(text, is_pre);
    }

    pub fn line_break(&mut self) {
        self.lines().end_line();
    }

    pub fn block(&mut self) {
        self.lines().fresh_line();
    }

    pub fn quote(&mut self) {
        self.block();
        self.lines().n_quotes += 1;
    }

    pub fn end_quote(&mut self) {
        self.block();
        let lines = self.lines();
        lines.n_quotes = lines.n_quotes.saturating_sub(1);
    }

    pub fn table(&mut self) {
        self.block();
        if self.tables.len() < MAX_TABLES {
            self.tables.push(Table::default());
        }
    }

    pub fn row(&mut self) {
        self.block();
        self.end_row();
    }

    pub fn cell(&mut self) {
        match self.tables.last_mut() {
            Some(table) => {
                table.cells.push(Lines::default());
                table.is_open = true;
            }
            None => self.base.is_spaced = true,
        }
    }

    /// The cell that was begun last covers so many columns.
    pub fn span(&mut self, n_columns: usize) {
        if let Some(cell) = self.tables.last_mut().and_then(|table| table.cells.last_mut()) {
            cell.n_covered = n_columns.clamp(1, MAX_COLUMNS) - 1;
        }
    }

    pub fn end_cell(&mut self) {
        match self.tables.last_mut() {
            Some(table) => table.is_open = false,
            None => self.base.is_spaced = true,
        }
    }

    pub fn end_row(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        let cells = std::mem::take(&mut table.cells);
        table.is_open = false;
        if cells.is_empty() {
            return;
        }
        let is_filled = |cell: &&Lines| !cell.text.trim().is_empty();
        let is_unanswered =
            self.is_document && cells.len() > 1 && cells.first().is_some_and(|it| is_filled(&it));
        let is_layout = cells.iter().any(|cell| cell.has_rows)
            || cells.iter().filter(is_filled).count() == 1
                && cells.iter().any(|cell| cell.text.trim().contains('\n'))
                && !is_unanswered;
        let nested = self.tables.len() > 1;
        let lines = self.lines();
        lines.has_rows |= nested;
        if is_layout {
            cells.iter().flat_map(|cell| cell.text.trim_end().lines()).for_each(|line| lines.put_line(line));
        } else if cells.iter().any(|cell| !cell.text.trim().is_empty()) {
            lines.put_line(&row(&cells).join("\t"));
        }
    }

    pub fn end_table(&mut self) {
        self.end_row();
        self.tables.pop();
    }

    pub fn finish(mut self) -> String {
        while !self.tables.is_empty() {
            self.end_table();
        }
        self.base.fresh_line();
        self.base.text
    }
}

/// The words of each column. What a merged cell says behind the first is said of each column that it covers; where
/// no other is filled beside the first, it is said of all.
fn row(cells: &[Lines]) -> Vec<String> {
    let words = |cell: &Lines| cell.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut behind: Vec<&Lines> = cells.iter().skip(1).filter(|cell| !cell.text.trim().is_empty()).collect();
    let is_for_all = behind.len() == 1 && behind.pop().is_some_and(|only| only.n_covered > 0);
    let mut row = Vec::new();
    for (at, cell) in cells.iter().enumerate() {
        let n = if at == 0 || is_for_all { 1 } else { 1 + cell.n_covered };
        row.extend(std::iter::repeat_n(words(cell), n));
    }
    while is_for_all && row.len() > 2 && row.last().is_some_and(String::is_empty) {
        row.pop();
    }
    row
}

impl Lines {
    fn push(&mut self, text: &str, is_pre: bool) {
        if is_pre {
            let mut lines = text.split('\n');
            self.word(lines.next().unwrap_or_default());
            for line in lines {
                self.end_line();
                self.word(line);
            }
            return;
        }
        // A blank before, between and behind words; the no-break space is one, as a reader cannot tell.
        let starts_blank = text.starts_with(char::is_whitespace);
        self.is_spaced |= starts_blank;
        let mut words = text.split_whitespace().peekable();
        while let Some(word) = words.next() {
            self.word(word);
            self.is_spaced = words.peek().is_some() || text.ends_with(char::is_whitespace);
        }
    }

    fn word(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        if !self.is_begun {
            (0..self.n_quotes.min(MAX_QUOTES)).for_each(|_| self.text.push_str("> "));
            self.is_begun = true;
        } else if self.is_spaced {
            self.text.push(' ');
        }
        self.is_spaced = false;
        // The rest are characters without width, which senders put between letters.
        let invisible = ['\0', '\u{200b}', '\u{feff}', '\u{ad}'];
        word.split(invisible).for_each(|piece| self.text.push_str(piece));
    }

    fn end_line(&mut self) {
        self.text.push('\n');
        (self.is_begun, self.is_spaced) = (false, false);
    }

    fn fresh_line(&mut self) {
        if self.is_begun {
            self.end_line();
        }
        self.is_spaced = false;
    }

    fn put_line(&mut self, line: &str) {
        self.fresh_line();
        self.word(line);
        self.end_line();
    }
}
