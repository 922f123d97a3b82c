//! Our letters in other people's mail: alone they state nothing, and an answer above them states what it says and
//! no more, however the writer's mail program quotes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use mail_parser::MessageParser;
use sscd::domain::letter::{Envelope, Facts, Missing, Sample, Templates, render};
use sscd::domain::message::TextPart;
use sscd::domain::notification::{FieldName, Notification, notifications};
use sscd::domain::policy::Policy;

/// Each sample with its plain and its HTML body, decoded.
fn letters() -> Vec<(Sample, String, String)> {
    let templates = Templates::new(&BTreeMap::new()).unwrap();
    let bodies = |sample: Sample| {
        let bytes = render(&sample.facts, &Envelope::sample(), &templates).unwrap();
        let mail = MessageParser::default().parse(&bytes).unwrap();
        let (text, html) = (mail.body_text(0).unwrap().into_owned(), mail.body_html(0).unwrap().into_owned());
        (sample, text, html)
    };
    Facts::samples().into_iter().map(bodies).collect()
}

fn missing(sample: &Sample) -> &[Missing] {
    match &sample.facts {
        Facts::Acknowledgement(letter) => &letter.missing,
        Facts::Receipt(letter) => &letter.missing,
        _ => &[],
    }
}

fn read(text: &str) -> Vec<Notification> {
    let part = TextPart { text: text.into(), ..TextPart::default() };
    notifications(&[part], &Policy::default().user_roles)
}

/// What a reader of the HTML sees, as the message reader lays it out.
fn seen(html: &str) -> String {
    let page = scraper::Html::parse_document(html);
    let body = scraper::Selector::parse("p, h1, h2, dt, dd, li, td").unwrap();
    page.select(&body).map(|block| block.text().collect::<String>() + "\n").collect()
}

#[test]
fn a_letter_alone_states_nothing() {
    for (sample, text, html) in letters() {
        assert_eq!(read(&text), [], "{}", sample.name);
        assert_eq!(read(&seen(&html)), [], "{}", sample.name);
    }
}

#[test]
fn the_lines_of_the_letter_filled_in_above_it_fill_the_gaps() {
    let outlook =
        "From: SECAS <ssc@secas.test>\nSent: 04 June 2026 10:15\nTo: Ann Field\nSubject: SUS-2026-0001\n\n";
    for (sample, text, html) in letters() {
        let gaps = missing(&sample);
        if gaps.is_empty() {
            continue;
        }
        let copied = text.split("above our text:").nth(1).unwrap().split("What to write:").next().unwrap();
        let mut answer = copied.trim().replace("\r\n", "\n");
        for gap in gaps {
            let line = format!("{}:", gap.label);
            assert!(
                answer.lines().any(|copied| copied == line),
                "{line:?} stands ready to copy in {answer:?}"
            );
            answer = answer.replace(&line, &format!("{line} {}", gap.example));
        }
        let marked: String = text.lines().flat_map(|line| ["> ", line, "\n"]).collect();
        let answers = [
            format!("{answer}\n"),
            format!("Dear SECAS,\n\n{answer}\n\nRegards, Ann\n\nOn 4 June 2026 SECAS wrote:\n{marked}"),
            format!("{answer}\n\n{outlook}{text}"),
            format!("{answer}\n\n{text}"),
            format!("{answer}\n\n{}", seen(&html)),
        ];
        for answer in answers {
            let found = read(&answer);
            let [one] = found.as_slice() else { panic!("{}: {found:#?} in {answer}", sample.name) };
            assert_eq!(one.problems, [], "{}: {answer}", sample.name);
            let stated: Vec<_> = FieldName::ALL.into_iter().filter(|field| one.fields.has(*field)).collect();
            assert_eq!(stated.len(), gaps.len(), "{}: {stated:?} in {answer}", sample.name);
        }
    }
}
