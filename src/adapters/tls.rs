//! TLS as rustls does it, with ring. In: the certificate authorities to trust; out: a connector. Invariant: a
//! certificate that cannot be verified is never accepted, and there is no switch that says otherwise.

use std::path::Path;
use std::sync::Arc;

use rustls_platform_verifier::BuilderVerifierExt;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore, crypto};

use crate::ports::Failure;

/// Trusts the machine's authorities, or those of `ca_file` and no other.
///
/// # Errors
/// `Rejected` when there is nobody to trust.
pub fn connector(ca_file: Option<&Path>) -> Result<TlsConnector, Failure> {
    let config = match ca_file {
        Some(path) => private(path)?,
        None => public()?,
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, Failure> {
    ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::rejected(format!("TLS cannot be set up: {error}")))
}

fn public() -> Result<ClientConfig, Failure> {
    let with_verifier = builder()?.with_platform_verifier().map_err(|error| {
        Failure::rejected(format!(
            "the machine's certificate authorities cannot be read: {error}; install `ca-certificates`, or set `ca_file`"
        ))
    })?;
    Ok(with_verifier.with_no_client_auth())
}

fn private(path: &Path) -> Result<ClientConfig, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::rejected(format!(
            "ca_file {}: {error}; expected one or more certificates in PEM form",
            path.display()
        ))
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))? {
        let certificate = certificate.map_err(|error| unreadable(&error))?;
        roots.add(certificate).map_err(|error| unreadable(&error))?;
    }
    if roots.is_empty() {
        return Err(unreadable(&"no certificate found"));
    }
    Ok(builder()?.with_root_certificates(roots).with_no_client_auth())
}
