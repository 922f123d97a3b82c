//! Texts in the DNS, asked of the machine's own resolvers. In: a name; out: the texts that stand there. It is asked only
//! where the configuration says so, and gives up after [`PATIENCE`].

use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;
use mail_auth::hickory_resolver::TokioResolver;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::net::runtime::TokioRuntimeProvider;
use mail_auth::hickory_resolver::net::{DnsError, NetError};
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::hickory_resolver::proto::rr::{Name, RData};
use mail_auth::hickory_resolver::system_conf::read_system_conf;

use crate::ports::{Failure, Resolver};

/// One question, all attempts included.
const PATIENCE: Duration = Duration::from_secs(10);

/// The resolvers of this machine, which are looked up when the first question is asked.
#[derive(Default)]
pub struct Dns(OnceLock<TokioResolver>);

impl Dns {
    fn resolver(&self) -> Result<&TokioResolver, Failure> {
        if let Some(resolver) = self.0.get() {
            return Ok(resolver);
        }
        let (config, options) = read_system_conf().map_err(|error| {
            Failure::retry(format!("the resolvers of this machine are not known: {error}"))
        })?;
        let resolver = build(config, options)?;
        Ok(self.0.get_or_init(|| resolver))
    }
}

fn build(config: ResolverConfig, options: ResolverOpts) -> Result<TokioResolver, Failure> {
    let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let resolver = builder.with_options(options).build();
    resolver.map_err(|error| Failure::retry(format!("no resolver can be made: {error}")))
}

#[async_trait]
impl Resolver for Dns {
    async fn texts(&self, name: &str) -> Result<Vec<String>, Failure> {
        // A name that is none holds no key.
        let Ok(name) = Name::from_ascii(name) else { return Ok(Vec::new()) };
        let asked = tokio::time::timeout(PATIENCE, self.resolver()?.txt_lookup(name)).await;
        let Ok(asked) = asked else {
            return Err(Failure::retry(format!("no answer in {} s", PATIENCE.as_secs())));
        };
        match asked {
            Ok(found) => {
                let texts = found.answers().iter().filter_map(|record| match &record.data {
                    RData::TXT(text) => Some(text.txt_data.concat()),
                    _ => None,
                });
                Ok(texts.map(|text| String::from_utf8_lossy(&text).into_owned()).collect())
            }
            Err(NetError::Dns(DnsError::NoRecordsFound(none)))
                if matches!(none.response_code, ResponseCode::NoError | ResponseCode::NXDomain) =>
            {
                Ok(Vec::new())
            }
            Err(error) => Err(Failure::retry(error.to_string())),
        }
    }
}

#[cfg(test)]
#[path = "dns_tests.rs"]
mod tests;
