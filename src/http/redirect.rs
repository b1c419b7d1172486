//! Where a redirect may lead: inside the origin, and not in a circle.

use url::Url;

use super::guard::Guard;
use super::transport::Incoming;
use super::{FailureKind, Redirect, TransportFailure};

/// More redirects than this in a row are a loop.
const MAX_REDIRECTS: usize = 5;

/// The redirect that an answer is, if it is one with a `Location` (RFC 9110 15.4).
pub(super) fn redirect(answer: &Incoming) -> Option<Redirect> {
    let location = answer.header("location")?;
    matches!(answer.status, 301 | 302 | 303 | 307 | 308).then(|| Redirect {
        status: answer.status,
        location: location.to_owned(),
    })
}

/// The address to ask next; `count` redirects have been answered by now.
pub(super) fn next_hop(
    guard: &Guard,
    from: &Url,
    redirect: &Redirect,
    count: usize,
) -> Result<Url, TransportFailure> {
    let Redirect { status, location } = redirect;
    let address = from.join(location).map_err(|_| {
        refuse(format!(
            "expected an address in `Location` of status {status}, found `{location}`"
        ))
    })?;
    if !guard.is_own(&address) || !address.username().is_empty() || address.password().is_some() {
        return Err(refuse(format!(
            "status {status} leads to another origin, `{location}`: not followed, because the \
             login must not go there; give that address as the target if it is the right one"
        )));
    }
    if count > MAX_REDIRECTS {
        return Err(refuse(format!(
            "more than {MAX_REDIRECTS} redirects in a row, the last to `{location}`: the server \
             sends the client in a circle"
        )));
    }
    Ok(address)
}

fn refuse(message: String) -> TransportFailure {
    TransportFailure {
        failure: FailureKind::Redirect,
        message,
    }
}
