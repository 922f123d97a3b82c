//! The evidence of one mail: when it came, what it claims of itself, who vouches for it, what came with it, what it
//! says. In: its row in the inbox and its bytes; out: data, and lines for people. Invariant: no attachment is opened.

use serde_json::{Value, json};

use super::check::moment;
use super::look::Looking;
use super::own_text::text;
use super::screen::{Screen, counted, spaced};
use crate::domain::folder::FolderRole;
use crate::domain::id::InboxId;
use crate::domain::message::{Attachment, Message, Own, read_message};
use crate::domain::notification::Reading;
use crate::domain::workday::london_date;
use crate::store::{InboxRow, Outcome};

pub struct Evidence {
    pub row: InboxRow,
    /// What was read when it came; none where that was not yet, or could not be.
    pub reading: Option<Reading>,
    /// What a person should note of its sender.
    pub notes: Vec<String>,
    /// The mail itself, or why it cannot be looked at.
    message: Result<Message, String>,
}

impl Evidence {
    /// # Errors
    /// When the record cannot be read.
    pub async fn of(looking: &Looking, inbox: InboxId) -> anyhow::Result<Option<Self>> {
        let Some(row) = looking.store.inbox_row(inbox).await? else { return Ok(None) };
        let reading: Option<Reading> = row.reading.as_deref().map(serde_json::from_slice).transpose()?;
        let on = london_date(row.received_at);
        let notes = reading.as_ref().map(|reading| looking.world.mistakable(&reading.sender, on));
        let notes = notes.unwrap_or_default();
        let message = match row.outcome {
            // It may be what ended its reader.
            Outcome::SetAside => Err(format!("it is set aside: see `sscd inbox show {} --raw`", inbox.0)),
            Outcome::Waiting => Err("it is not read yet".into()),
            _ => {
                let own = Own { office: &looking.world.office, keys: &looking.world.keys };
                let raw = looking.store.raw(inbox).await;
                raw.map(|raw| read_message(&raw, &own)).map_err(|error| error.to_string())
            }
        };
        Ok(Some(Self { row, reading, notes, message }))
    }

    /// For a story of many mails, whose texts nobody asked for.
    #[must_use]
    pub fn without_text(mut self) -> Self {
        if let Ok(message) = &mut self.message {
            message.texts = Vec::new();
        }
        self
    }

    /// Kept from the reading; of a mail that nobody has read yet, from the mail.
    fn attachments(&self) -> &[Attachment] {
        let kept = self.reading.as_ref().map(|reading| &reading.attachments);
        let kept = kept.or_else(|| self.message.as_ref().ok().map(|message| &message.attachments));
        kept.map(Vec::as_slice).unwrap_or_default()
    }

    fn message_id(&self) -> Option<&str> {
        let read = self.message.as_ref().ok().and_then(|message| message.message_id.as_deref());
        self.row.message_id.as_deref().or(read)
    }

    #[must_use]
    pub fn data(&self) -> Value {
        let sender = self.reading.as_ref().map(|reading| &reading.sender);
        json!({
            "inbox": self.row.inbox,
            "received_at": self.row.received_at,
            "dated_at": self.message.as_ref().ok().and_then(|message| message.dated_at),
            "message_id": self.message_id(),
            "sha256": data_encoding::HEXLOWER.encode(&self.row.raw_sha256),
            "n_bytes": self.row.n_bytes,
            "sender": sender.and_then(|sender| sender.address.as_ref()),
            "verdict": sender.map(|sender| sender.vouch.verdict),
            "to_note": self.notes,
            "verdict_reasons": sender.map(|sender| &sender.vouch.reasons),
            "attachments": self.attachments(),
        })
    }

    /// Names and what stands beside them, still to be escaped.
    #[must_use]
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let place = match self.row.role {
            FolderRole::Notices => "",
            FolderRole::Junk => ", in a junk folder",
            FolderRole::Sent => ", in a Sent folder",
        };
        let dated = match &self.message {
            Ok(Message { dated_at: Some(at), .. }) => format!("{}, as its Date header claims", moment(*at)),
            Ok(_) => "no Date header that reads".into(),
            Err(why) => format!("not known: {why}"),
        };
        let mut lines = vec![
            ("received", moment(self.row.received_at) + place),
            ("dated", dated),
            ("Message-ID", self.message_id().map_or_else(|| "none".into(), |id| format!("<{id}>"))),
            ("SHA-256", data_encoding::HEXLOWER.encode(&self.row.raw_sha256)),
        ];
        if let Some(vouch) = self.reading.as_ref().map(|reading| &reading.sender.vouch) {
            let verdict = serde_json::to_value(vouch.verdict).ok();
            let verdict = verdict.as_ref().and_then(Value::as_str).map(spaced).unwrap_or_default();
            lines.push(("verdict", format!("{verdict}: {}", vouch.reasons.join(" "))));
        }
        let attachment = |Attachment { name, media_type, size, sha256, .. }: &Attachment| {
            let size = counted(i64::try_from(*size).unwrap_or(i64::MAX), "byte");
            ("attachment", format!("{name:?}, {media_type}, {size}, SHA-256 {sha256}"))
        };
        lines.extend(self.attachments().iter().map(attachment));
        lines
    }

    /// What a person would read in it, and what was read: all of it, or as far as the screen is for.
    #[must_use]
    pub fn text(&self, screen: Screen, all: bool) -> String {
        match &self.message {
            Ok(message) => text(message, self.reading.as_ref(), self.row.inbox.0, all, screen),
            Err(why) => screen.paragraph("", 2, why),
        }
    }
}
