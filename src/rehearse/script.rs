//! A conversation as a text file. In: its text; out: its steps, each a line that begins with `>` and the block of
//! indented lines below it. What is neither, blank nor a comment is refused.

/// One line of a conversation.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// In the file, from 1.
    pub line: usize,
    /// What the comment above it says.
    pub remark: String,
    pub words: String,
    /// Without their indentation.
    pub block: Vec<String>,
}

/// # Errors
/// The line that is neither a step, a block nor a comment.
pub fn read(text: &str) -> Result<Vec<Step>, String> {
    let (mut steps, mut remark) = (Vec::<Step>::new(), String::new());
    for (line, text) in (1..).zip(text.lines()) {
        if let Some(words) = text.strip_prefix("> ") {
            let (words, remark) = (words.trim().into(), std::mem::take(&mut remark));
            steps.push(Step { line, remark, words, block: Vec::new() });
        } else if let Some(inner) = text.strip_prefix("    ") {
            let step = steps.last_mut().ok_or_else(|| format!("line {line}: a block without its line"))?;
            step.block.push(inner.trim_end().into());
        } else if text.trim().is_empty() {
            if let Some(step) = steps.last_mut().filter(|step| !step.block.is_empty()) {
                step.block.push(String::new());
            }
        } else if let Some(said) = text.strip_prefix('#') {
            remark += if remark.is_empty() { "" } else { " " };
            remark += said.trim();
        } else {
            return Err(format!("line {line}: found {text:?}, expected \"> ...\", \"    ...\" or \"# ...\""));
        }
    }
    for step in &mut steps {
        while step.block.last().is_some_and(String::is_empty) {
            step.block.pop();
        }
    }
    Ok(steps)
}

impl Step {
    /// It asks for nothing, and looks at what came.
    #[must_use]
    pub fn is_expectation(&self) -> bool {
        self.words.starts_with("expect ")
    }

    /// `found` as what `form` says, or a message that shows the form.
    ///
    /// # Errors
    /// What was found, and the form.
    pub fn needs<T>(&self, found: Option<T>, form: &str) -> Result<T, String> {
        found.ok_or_else(|| format!("found {:?}, expected {form}", self.words))
    }
}

/// `letter 3`, `mail 3`: the number after a word.
pub fn number(text: &str, word: &str) -> Option<i64> {
    text.strip_prefix(word)?.trim().parse().ok()
}
