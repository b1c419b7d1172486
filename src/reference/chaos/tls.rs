//! The certificates of the chaos, made for nothing else: see `fixtures/reference/tls/README.md`.

use std::io;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

/// The authority that issued the good certificate, as PEM, for `--ca`.
pub const AUTHORITY: &str = include_str!("../../../fixtures/reference/tls/authority.pem");
const KEY: &str = include_str!("../../../fixtures/reference/tls/key.pem");

/// Which certificate is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certificate {
    Good,
    Expired,
    Future,
    SelfSigned,
    WrongName,
}

impl Certificate {
    const fn pem(self) -> &'static str {
        match self {
            Self::Good => include_str!("../../../fixtures/reference/tls/good.pem"),
            Self::Expired => include_str!("../../../fixtures/reference/tls/expired.pem"),
            Self::Future => include_str!("../../../fixtures/reference/tls/future.pem"),
            Self::SelfSigned => include_str!("../../../fixtures/reference/tls/self-signed.pem"),
            Self::WrongName => include_str!("../../../fixtures/reference/tls/wrong-name.pem"),
        }
    }

    /// The server's side of the handshake; with a client's certificate of the same authority
    /// where that is asked for.
    pub(crate) fn config(
        self,
        protocols: &[&str],
        wants_client: bool,
    ) -> io::Result<Arc<ServerConfig>> {
        // A second install is refused and harmless.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let chain = certificates(self.pem())?;
        let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).map_err(io::Error::other)?;
        let builder = ServerConfig::builder();
        let builder = if wants_client {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(certificates(AUTHORITY)?);
            let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build();
            builder.with_client_cert_verifier(verifier.map_err(io::Error::other)?)
        } else {
            builder.with_no_client_auth()
        };
        let mut config = builder
            .with_single_cert(chain, key)
            .map_err(io::Error::other)?;
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        Ok(Arc::new(config))
    }
}

fn certificates(pem: &str) -> io::Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(io::Error::other)
}
