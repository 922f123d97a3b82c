//! Letters as their readers get them: every sample of every kind as a whole mail, read back by another parser.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders};
use scraper::{Html, Selector};
use sscd::domain::letter::{Audience, Envelope, Facts, Sample, Templates, folder_names, preview, render};

use crate::said::Said;

pub fn shipped() -> Templates {
    Templates::new(&BTreeMap::new()).unwrap()
}

fn mails() -> Vec<(Sample, Vec<u8>)> {
    let templates = shipped();
    let write = |sample: &Sample| render(&sample.facts, &Envelope::sample(), &templates).unwrap();
    Facts::samples().into_iter().map(|sample| (sample.clone(), write(&sample))).collect()
}

fn read(mail: &[u8]) -> Message<'_> {
    MessageParser::default().parse(mail).unwrap()
}

/// Both bodies and the subject, decoded, in small letters, with single spaces.
fn words(mail: &Message<'_>) -> String {
    let parts = [mail.subject().unwrap(), &mail.body_text(0).unwrap(), &mail.body_html(0).unwrap()].join(" ");
    parts.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_sample_as_a_whole_mail() {
    for (sample, mail) in mails() {
        let name = format!("{}_{}", sample.facts.kind(), sample.name.replace(' ', "_"));
        let picture = picture(&mail);
        insta::assert_snapshot!(name.clone(), without_octets(&mail).replace("\r\n", "\n"));
        if let Some(picture) = picture {
            insta::assert_binary_snapshot!(&format!("picture_of_{name}.png"), picture);
        }
    }
}

const WORKBOOK: &str = "vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn is_of_octets(part: &MessagePart<'_>) -> bool {
    part.content_type().and_then(|kind| kind.subtype()).is_some_and(|kind| kind == "png" || kind == WORKBOOK)
}

fn picture(mail: &[u8]) -> Option<Vec<u8>> {
    let mail = read(mail);
    let part = mail.parts.iter().find(|part| part.is_content_type("image", "png"))?;
    Some(part.contents().to_vec())
}

/// Pictures and tables are looked at elsewhere: here stands how large they are.
fn without_octets(mail: &[u8]) -> String {
    let message = read(mail);
    let mut text = String::from_utf8(mail.to_vec()).unwrap();
    let parts = message.parts.iter().filter(|part| is_of_octets(part));
    for part in parts.collect::<Vec<_>>().into_iter().rev() {
        let said = format!("({} octets)\r\n", part.contents().len());
        text.replace_range(part.offset_body as usize..part.offset_end as usize, &said);
    }
    text
}

#[test]
fn every_kind_has_a_folder_and_samples() {
    let kinds: Vec<_> = Facts::samples().iter().map(|sample| sample.facts.kind()).collect();
    for folder in folder_names() {
        assert!(kinds.contains(&folder), "{folder} has no sample");
    }
    for kind in kinds {
        assert!(folder_names().any(|folder| folder == kind), "{kind} has no folder");
    }
}

#[test]
fn another_parser_reads_the_same_mail() {
    let envelope = Envelope::sample();
    for (sample, bytes) in mails() {
        let mail = read(&bytes);
        let header = |name: &str| mail.header_raw(name).unwrap().trim().to_owned();
        assert_eq!(mail.message_id(), Some(envelope.message_id.as_str()));
        assert_eq!(mail.date().unwrap().to_timestamp(), envelope.dated_at.timestamp());
        assert_eq!(mail.from().unwrap().first().unwrap().address(), Some("ssc@secas.test"));
        assert_eq!(mail.reply_to().unwrap().first().unwrap().address(), Some(envelope.reply_to.as_str()));
        assert_eq!(mail.cc().unwrap().first().unwrap().name(), Some("Regulation, Northwind"));
        assert_eq!(mail.in_reply_to().as_text(), envelope.in_reply_to.as_deref());
        assert_eq!(header("Auto-Submitted"), "auto-replied");
        assert_eq!(header("X-Auto-Response-Suppress"), "DR, RN, NRN, OOF, AutoReply");
        assert_eq!(header("X-Sscd"), envelope.message_id);
        assert_eq!(header("X-Classification"), sample.facts.classification().title());
        assert!(mail.subject().unwrap().contains(sample.facts.reference()), "{:?}", mail.subject());
        // A calendar is an alternative and an attachment, a picture and tables are one each.
        let n_attached = match &sample.facts {
            Facts::Digest(digest) => {
                let is_drawn = digest.ahead.as_ref().is_some_and(|ahead| ahead.is_drawn);
                usize::from(is_drawn) + usize::from(digest.has_tables)
            }
            facts => usize::from(facts.organizer().is_some()) * 2,
        };
        let counts = (mail.text_body_count(), mail.html_body_count(), mail.attachment_count());
        assert_eq!(counts, (1, 1, n_attached), "{}", sample.name);
        assert!(mail.parts.iter().all(|part| part.content_type().is_some()));
        let sentence = sample.facts.classification().sentence();
        assert_eq!(mail.body_text(0).unwrap().lines().next(), Some(sentence.as_str()), "{}", sample.name);
        assert!(mail.body_html(0).unwrap().contains(&sentence));
    }
}

#[test]
fn a_letter_is_clean_on_the_wire() {
    for (sample, bytes) in mails() {
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.is_ascii(), "{}", sample.name);
        assert!(text.len() < 100_000, "{} has {} octets", sample.name, text.len());
        assert!(text.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])));
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let harmful = |c: char| c.is_control() && c != '\r' && c != '\n';
        assert!(!head.contains(harmful) && !body.contains(harmful), "{}", sample.name);
        let names: Vec<_> = head.lines().filter(|line| !line.starts_with(' ')).collect();
        assert_eq!(names.len(), 15, "{names:#?}");
    }
}

#[test]
fn the_html_needs_nothing_from_outside_and_is_ordered_for_a_screen_reader() {
    let select = |html: &Html, what: &str| html.select(&Selector::parse(what).unwrap()).count();
    for (sample, bytes) in mails() {
        let html = Html::parse_document(&read(&bytes).body_html(0).unwrap());
        let outside = "[src]:not(img), [background], [onerror], script, img:not([src^='cid:']), link, iframe, form, \
             a:not([href^='mailto:'])";
        assert_eq!(select(&html, outside), 0, "{}", sample.name);
        assert_eq!(select(&html, "img:not([alt*=' ']), img[alt*='cid:']"), 0, "{}", sample.name);
        assert_eq!(select(&html, "table:not([role=presentation])"), 0, "{}", sample.name);
        assert_eq!((select(&html, "html[lang=en-GB] title"), select(&html, "h1")), (1, 1), "{}", sample.name);
        let n_headings = if is_to_user(&sample.facts) { 3 } else { 0 };
        assert!(select(&html, "h2") >= n_headings, "{}", sample.name);
        assert_eq!(select(&html, "dt"), select(&html, "dd"), "{}", sample.name);
    }
}

fn is_to_user(facts: &Facts) -> bool {
    matches!(facts.audience(), Audience::User | Audience::UserCio)
}

#[test]
fn no_letter_declares_implies_or_threatens() {
    for (sample, bytes) in mails() {
        let said = Said::of(&bytes);
        assert_eq!(said.unsayable(sample.facts.audience()), None, "{}", sample.name);
        let words = said.words();
        for word in ["in default", "event of default", "breach", "suspend", "non-compliance"] {
            assert!(!words.contains(word), "{}: {word:?}", sample.name);
        }
        let denials = ["it is not an approval", "it is not a notice under section m8 or section m10"];
        if is_to_user(&sample.facts) {
            assert!(denials.iter().all(|denial| words.contains(denial)), "{}", sample.name);
            assert!(!words.contains("overdue") && !words.contains("late "), "{}", sample.name);
        }
    }
}

#[test]
fn members_read_no_name_of_a_user_and_no_id() {
    let facts = Facts::samples();
    let names: Vec<String> = facts
        .iter()
        .filter_map(|sample| {
            serde_json::to_value(&sample.facts).unwrap()["user"].as_str().map(str::to_lowercase)
        })
        .collect();
    assert!(names.iter().any(|name| name.starts_with("northwind")));
    let mut n_seen = 0;
    for (sample, bytes) in mails() {
        if sample.facts.audience() != Audience::Members || sample.name == "hostile" {
            continue;
        }
        n_seen += 1;
        let words = words(&read(&bytes));
        let found = names.iter().find(|name| words.contains(name.as_str()));
        assert_eq!(found, None, "{}", sample.name);
        assert!(!words.contains("northwind") && !words.contains("90-b3-d5"), "{}", sample.name);
        let says_so = words.contains("no name of the user, no user ids and no architecture");
        assert!(says_so || sample.facts.kind() != "paper", "{}", sample.name);
    }
    assert!(n_seen > 2);
}

#[test]
fn the_words_of_the_ssc_stand_whole_in_the_letters_that_tell_its_decision() {
    let squash =
        |text: &str| text.split_whitespace().filter(|word| *word != ">").collect::<Vec<_>>().join(" ");
    let mut n_seen = 0;
    for (sample, bytes) in mails() {
        let (Facts::Decision(decision) | Facts::UserCioAdvice(decision)) = &sample.facts else { continue };
        if sample.name == "hostile" {
            continue;
        }
        let mail = read(&bytes);
        let html = Html::parse_document(&mail.body_html(0).unwrap());
        let html = squash(&html.root_element().text().collect::<Vec<_>>().join(" "));
        let text = squash(&mail.body_text(0).unwrap());
        for said in decision.advice.iter().chain(&decision.conditions).chain([&decision.minute]) {
            n_seen += 1;
            assert!(text.contains(&squash(said)), "{}: {text}", sample.name);
            assert!(html.contains(&squash(said)), "{}: {html}", sample.name);
        }
    }
    assert!(n_seen > 20);
}

/// A form with a decision already in it, quoted back without a mark, would decide by itself.
#[test]
fn the_form_of_a_decision_request_is_empty_but_for_its_token() {
    for (sample, bytes) in mails().iter().filter(|(sample, _)| sample.facts.kind() == "decision_request") {
        let text = read(bytes).body_text(0).unwrap().replace("\r\n", "\n");
        let starts = |label: &str| text.lines().filter(|line| line.trim_start().starts_with(label)).count();
        let filled = |label: &str| {
            text.lines().any(|line| line.trim().strip_prefix(label).is_some_and(|value| !value.is_empty()))
        };
        for label in ["Outcome:", "Minute:", "Advice:", "Condition:", "Assessment:", "Due:"] {
            assert!(!filled(label), "{}: {label} {text}", sample.name);
            assert_eq!(
                starts(label),
                usize::from(starts("Decision token:") == 1),
                "{}: {label}",
                sample.name
            );
        }
    }
}

#[test]
fn red_values_are_named_and_not_repeated() {
    let values = ["engage portal", "90b3d51f30010000", "diagram attached"];
    let all =
        ["020 7946 0123", "we are procuring", "procuring", "march 2027.", "31 june 2027", "import supplier"];
    let repeats = |sample: &Sample| matches!(sample.facts, Facts::Acknowledgement(_) | Facts::Receipt(_));
    for (name, secrets) in [("red values", values.as_slice()), ("red", &[values.as_slice(), &all].concat())] {
        let mut n_seen = 0;
        for (_, bytes) in mails().iter().filter(|(sample, _)| sample.name == name && repeats(sample)) {
            n_seen += 1;
            let words = words(&read(bytes));
            assert!(words.matches("received, not repeated here.").count() >= 4, "{name}: {words}");
            for secret in secrets {
                assert!(!words.contains(secret), "{name}: {secret}");
            }
        }
        assert!(n_seen > 0, "there is no sample {name:?}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (templates, envelope) = (shipped(), Envelope::sample());
    let facts = &Facts::samples().remove(0).facts;
    let once = render(facts, &envelope, &templates).unwrap();
    assert_eq!(once, render(facts, &envelope, &shipped()).unwrap());
    let other = Envelope { message_id: "other@secas.test".into(), ..envelope };
    let boundary = |mail: &[u8]| read(mail).content_type().unwrap().attribute("boundary").unwrap().to_owned();
    assert_ne!(boundary(&once), boundary(&render(facts, &other, &templates).unwrap()));
}

#[test]
fn hostile_names_and_ids_stay_in_their_headers() {
    let mut envelope = Envelope::sample();
    envelope.to[0].name = Some(format!("\"A\" \\ <b>\r\nBcc: x@y.test\u{202e}\0, {}", "Zoë ".repeat(90)));
    envelope.cc.clear();
    envelope.in_reply_to = Some("a@b>\r\nX-Evil: 1".into());
    envelope.references = (0..99).map(|n| format!("{n}@old.test")).chain(["no id".into()]).collect();
    let bytes = render(&Facts::samples()[0].facts, &envelope, &shipped()).unwrap();
    let mail = read(&bytes);
    assert!(
        mail.bcc().is_none()
            && mail.header_raw("X-Evil").is_none()
            && mail.header_raw("In-Reply-To").is_none()
    );
    assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("ann.field@northwind.test"));
    assert!(
        mail.to().unwrap().first().unwrap().name().unwrap().starts_with("\"A\" \\ <b> Bcc: x@y.test , Zoë")
    );
    let references = mail.references().as_text_list().unwrap();
    assert_eq!((references.len(), &*references[0], &*references[19]), (20, "0@old.test", "98@old.test"));
}

#[test]
fn a_preview_is_the_plain_body() {
    let (templates, envelope) = (shipped(), Envelope::sample());
    for (sample, bytes) in mails() {
        let preview = preview(&sample.facts, &envelope.from, &templates).unwrap();
        assert_eq!(preview.trim(), read(&bytes).body_text(0).unwrap().replace("\r\n", "\n").trim());
    }
}

fn refusal(file: &str, edit: impl Fn(&str) -> String) -> String {
    let path = format!("{}/templates/mail/{file}", env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(path).unwrap_or_default();
    Templates::new(&BTreeMap::from([(file.to_owned(), edit(&source))])).unwrap_err().to_string()
}

#[test]
fn a_template_that_fails_is_refused_with_file_line_and_reason() {
    let add = |what: &'static str| {
        move |source: &str| source.replacen("{% endblock %}", &format!("{what}{{% endblock %}}"), 1)
    };
    let refusals = [
        refusal("acknowledgement/text.txt", add("{{ referense }}")),
        refusal("acknowledgement/text.txt", add("{{ start_as_stated }}")),
        refusal("acknowledgement/html.html", add("{% if %}")),
        refusal("acknowledgement/html.html", add("Your User is in\n default.")),
        refusal("shared/parts.txt", |source| source.replace("{{ gap.label }}", "{{ gap.name }}")),
        refusal("shared/frame.txt", |source| source.replace("{{ marking.sentence }}", "")),
        refusal("shared/frame.html", |source| source.replace("{{ marking.sentence }}", "")),
        refusal("receipt/subject.txt", |_| "Your update".into()),
        refusal("receipts/subject.txt", |_| String::new()),
    ];
    insta::assert_snapshot!("refusals", refusals.join("\n"));
}

#[test]
fn an_override_takes_the_place_of_a_shipped_template() {
    let subject =
        ("receipt/subject.txt".to_owned(), "{{ reference }}: thank you\r\nBcc: x@y.test".to_owned());
    let templates = Templates::new(&BTreeMap::from([subject])).unwrap();
    let receipt = Facts::samples().into_iter().find(|sample| sample.facts.kind() == "receipt").unwrap();
    let bytes = render(&receipt.facts, &Envelope::sample(), &templates).unwrap();
    assert_eq!(read(&bytes).subject(), Some("[Amber] SUS-2026-0001: thank you Bcc: x@y.test"));
    assert!(read(&bytes).bcc().is_none());
}
