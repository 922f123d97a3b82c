//! What the walk of `check --connect` finds, step by step. In: what was met; out: a line for people as soon as it is
//! known, or JSON at the end.

use serde::Serialize;

use crate::cli::screen::{Paint, Screen, one_line, say};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Good,
    Warning,
    Failed,
}

#[derive(Debug, Serialize)]
pub struct Step {
    /// The mailbox, the post, or this machine.
    pub of: String,
    #[serde(rename = "step")]
    pub name: &'static str,
    pub outcome: Outcome,
    pub found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub todo: Option<String>,
}

/// The steps so far.
#[derive(Debug)]
pub struct Steps {
    of: String,
    is_json: bool,
    all: Vec<Step>,
}

impl Steps {
    pub fn new(is_json: bool) -> Self {
        Self { of: String::new(), is_json, all: Vec::new() }
    }

    /// What the next steps are about.
    ///
    /// # Errors
    /// When nobody takes what is printed.
    pub fn about(&mut self, of: &str) -> anyhow::Result<()> {
        of.clone_into(&mut self.of);
        if self.is_json { Ok(()) } else { say(&format!("\n{}\n", one_line(of))) }
    }

    /// # Errors
    /// When nobody takes what is printed.
    pub fn good(&mut self, step: &'static str, found: impl Into<String>) -> anyhow::Result<()> {
        self.note(step, Outcome::Good, found, None)
    }

    /// # Errors
    /// When nobody takes what is printed.
    pub fn warn(&mut self, step: &'static str, found: impl Into<String>, todo: &str) -> anyhow::Result<()> {
        self.note(step, Outcome::Warning, found, Some(todo.into()))
    }

    /// # Errors
    /// When nobody takes what is printed.
    pub fn fail(&mut self, step: &'static str, found: impl Into<String>, todo: &str) -> anyhow::Result<()> {
        self.note(step, Outcome::Failed, found, Some(todo.into()).filter(|todo: &String| !todo.is_empty()))
    }

    fn note(
        &mut self,
        step: &'static str,
        outcome: Outcome,
        found: impl Into<String>,
        todo: Option<String>,
    ) -> anyhow::Result<()> {
        let step = Step { of: self.of.clone(), name: step, outcome, found: found.into(), todo };
        if !self.is_json {
            say(&for_eyes(Screen::stdout(), &step))?;
        }
        self.all.push(step);
        Ok(())
    }

    pub fn n_failed(&self) -> usize {
        self.all.iter().filter(|step| step.outcome == Outcome::Failed).count()
    }

    pub fn into_all(self) -> Vec<Step> {
        self.all
    }
}

const INDENT: usize = 22;

fn for_eyes(screen: Screen, step: &Step) -> String {
    let (word, paint) = match step.outcome {
        Outcome::Good => ("good", Paint::Bold),
        Outcome::Warning => ("take care", Paint::Yellow),
        Outcome::Failed => ("FAILED", Paint::Red),
    };
    let head = format!("  {word:<9}  {:<10}", step.name);
    let mut text = screen.paragraph(&head, INDENT + 2, &step.found);
    if let Some(todo) = &step.todo {
        text += &screen.paragraph("", INDENT + 2, &format!("-> {todo}"));
    }
    if step.outcome == Outcome::Good { text } else { screen.paint(paint, text.trim_end()) + "\n" }
}
