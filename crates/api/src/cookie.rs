//! The console's cookie: how a session's secret gets into a browser and back.

use axum::http::{HeaderMap, HeaderValue, header};
use tenantry_domain::session::SessionSecret;

/// Over plain HTTP, as on a laptop.
const PLAIN: &str = "tenantry_session";
/// Over TLS. The prefix makes browsers hold it to Secure, this host and `/`, so that nobody on a
/// neighbouring name can set one.
const SECURE: &str = "__Host-tenantry_session";

/// The header that puts a session's secret into the browser: no script reads it, no other site sends it.
pub(crate) fn set(headers: &HeaderMap, secret: &SessionSecret) -> HeaderValue {
    header_value(over_tls(headers), secret.reveal(), "")
}

/// The header that takes it away again.
pub(crate) fn clear(headers: &HeaderMap) -> HeaderValue {
    header_value(over_tls(headers), "", "; Max-Age=0")
}

fn header_value(tls: bool, value: &str, end: &str) -> HeaderValue {
    let (name, secure) = if tls { (SECURE, "; Secure") } else { (PLAIN, "") };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{end}");
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The secret that the browser has; behind a proxy that speaks TLS only from the cookie that was set over TLS.
pub(crate) fn read(headers: &HeaderMap) -> Option<SessionSecret> {
    let named = |name: &str| {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .and_then(|(_, value)| SessionSecret::parse(value))
    };
    match named(SECURE) {
        None if !is_proxied_tls(headers) => named(PLAIN),
        secret => secret,
    }
}

/// Whether the browser speaks TLS: it says so itself when it changes something, and a proxy does always.
fn over_tls(headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    is_proxied_tls(headers) || origin.is_some_and(|origin| origin.starts_with("https://"))
}

fn is_proxied_tls(headers: &HeaderMap) -> bool {
    let scheme = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, String)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn what_was_set_is_read_among_other_cookies() {
        let secret = SessionSecret::generate();
        for scheme in ["http", "https"] {
            let proto = ("x-forwarded-proto", scheme.to_owned());
            let set = set(&headers(std::slice::from_ref(&proto)), &secret);
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let line = ("cookie", format!("theme=dark; {pair}; tenantry=no"));
            assert_eq!(read(&headers(&[proto, line])), Some(secret.clone()), "{scheme}");
        }
    }

    #[test]
    fn over_tls_a_plain_cookie_is_nobodys() {
        let secret = SessionSecret::generate();
        let plain = ("cookie", format!("{PLAIN}={}", secret.reveal()));
        assert_eq!(read(&headers(std::slice::from_ref(&plain))), Some(secret));
        let proto = ("x-forwarded-proto", "https".to_owned());
        assert_eq!(read(&headers(&[plain, proto])), None);
    }

    #[test]
    fn a_cookie_of_another_form_is_none() {
        for value in ["", "short", "\"quoted\""] {
            assert_eq!(read(&headers(&[("cookie", format!("{PLAIN}={value}"))])), None);
        }
    }
}
