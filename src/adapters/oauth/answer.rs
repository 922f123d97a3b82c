//! What a token endpoint says (RFC 6749 5). In: status and body; out: a token, or why there is none and what happens
//! next. Invariant: nothing of a body is shown but the provider's own error.

use chrono::TimeDelta;
use serde::Deserialize;

use super::cause::explained;
use super::endpoint::Answer;
use crate::ports::Failure;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Granted {
    pub access_token: String,
    pub lives: TimeDelta,
    /// To be used from now on in place of the one that was shown.
    pub refresh_token: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    access_token: Option<String>,
    expires_in: Option<Seconds>,
    refresh_token: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Some providers write the number as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(u32),
    Text(String),
}

/// RFC 6749 5.1 leaves it to the provider to say how long.
const AN_HOUR: u32 = 3600;
/// A shorter life would have us ask without end.
const A_MINUTE: u32 = 60;

pub(super) fn read(answer: &Answer) -> Result<Granted, Failure> {
    let body = serde_json::from_slice::<Body>(&answer.body).ok();
    let status = answer.status;
    let is_passing = |error: &str| matches!(error, "temporarily_unavailable" | "server_error" | "slow_down");
    match body {
        Some(Body { error: Some(error), error_description, .. }) => {
            let said = error_description.map_or_else(|| error.clone(), |more| format!("{error}: {more}"));
            let why = format!("says {}", explained(&one_line(&said)));
            let passes = is_passing(&error) || is_later(status);
            Err(if passes { Failure::retry(why) } else { Failure::rejected(why) })
        }
        _ if is_later(status) => Err(Failure::retry(format!("answers {status} and gives no token"))),
        Some(Body { access_token: Some(token), expires_in, refresh_token, .. })
            if status == 200 && is_token(&token) =>
        {
            let seconds = match expires_in {
                Some(Seconds::Number(seconds)) => seconds,
                Some(Seconds::Text(text)) => text.parse().unwrap_or(AN_HOUR),
                None => AN_HOUR,
            };
            let lives = TimeDelta::seconds(seconds.max(A_MINUTE).into());
            let refresh_token = refresh_token.filter(|token| is_token(token));
            Ok(Granted { access_token: token, lives, refresh_token })
        }
        body => {
            let what = match (body, &answer.location) {
                (_, Some(to)) if (300..400).contains(&status) => format!("sends us to {:?}", one_line(to)),
                (Some(_), _) => "gives JSON without an access_token".into(),
                (None, _) => format!("gives {}", kind(&answer.body)),
            };
            Err(Failure::rejected(format!(
                "answers {status} and {what}, where an access token was expected; is token_url the provider's token \
                 endpoint, and not a page for people?"
            )))
        }
    }
}

/// Too many requests, or the provider's own trouble.
fn is_later(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..)
}

/// What a header or a SASL message can carry (RFC 6750 2.1).
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn kind(body: &[u8]) -> &'static str {
    match body.trim_ascii_start().first() {
        None => "nothing",
        Some(b'<') => "HTML",
        Some(_) => "no JSON",
    }
}

/// Somebody else's words as one short line.
pub(super) fn one_line(words: &str) -> String {
    let words: Vec<&str> = words.split(|c: char| c.is_control() || c.is_whitespace()).collect();
    words.join(" ").trim().chars().take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(status: u16, body: &str) -> Result<Granted, Failure> {
        read(&Answer { status, location: None, body: body.into() })
    }

    #[test]
    fn a_token_is_read_with_its_life() {
        let check = |body: &str, seconds: i64, refresh_token: Option<&str>| {
            let granted = read_as(200, body).unwrap();
            assert_eq!((granted.access_token.as_str(), granted.lives.num_seconds()), ("abc", seconds));
            assert_eq!(granted.refresh_token.as_deref(), refresh_token);
        };
        check(r#"{"token_type":"Bearer","expires_in":3599,"access_token":"abc"}"#, 3599, None);
        check(r#"{"access_token":"abc","expires_in":"120","refresh_token":"r2"}"#, 120, Some("r2"));
        check(r#"{"access_token":"abc","expires_in":0}"#, 60, None);
        check(r#"{"access_token":"abc"}"#, 3600, None);
    }

    #[test]
    fn what_is_no_token_is_a_sentence_that_quotes_the_providers_error_alone() {
        let check = |status, body: &str, is_retry: bool, expected: &str| {
            let failure = read_as(status, body).unwrap_err();
            assert_eq!(matches!(failure, Failure::Retry { .. }), is_retry, "{failure}");
            assert!(failure.to_string().contains(expected), "{failure}");
            assert!(!failure.to_string().contains("SECRET"), "{failure}");
        };
        let error = r#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys for app 'x' are expired.\r\nTrace ID: 1"}"#;
        check(401, error, false, "says invalid_client: AADSTS7000222: The provided");
        check(400, r#"{"error":"invalid_grant"}"#, false, "authorise anew");
        check(503, r#"{"error":"temporarily_unavailable"}"#, true, "says temporarily_unavailable");
        check(500, "SECRET", true, "answers 500");
        check(429, "", true, "answers 429");
        check(200, "<html>SECRET</html>", false, "answers 200 and gives HTML");
        check(404, "SECRET", false, "answers 404 and gives no JSON");
        check(200, "", false, "gives nothing");
        check(200, r#"{"refresh_token":"SECRET"}"#, false, "JSON without an access_token");
        check(200, r#"{"access_token":"SEC\u0001RET"}"#, false, "JSON without an access_token");
    }
}
