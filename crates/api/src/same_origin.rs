//! Whether a browser's request comes from one of this server's own pages. A cookie goes along with whatever
//! a browser sends, so a change that relies on it has to prove that.

use axum::http::{HeaderMap, Method, header};
use tenantry_domain::problem::Code;

use crate::problem::Problem;

/// No form and no other site's script can send it: a browser asks us first whether it may, and we never
/// answer that.
const MARK: &str = "x-tenantry-request";

/// Refuses a change that bears a session's cookie and not the marks of the console.
pub(crate) fn check_change(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if method.is_safe() {
        return Ok(());
    }
    if headers.get(MARK).is_none_or(|value| value != "1") {
        return Err(foreign("It has no header `X-Tenantry-Request: 1`."));
    }
    check_origin(headers)
}

/// Refuses what the browser itself says comes from elsewhere. Programs say nothing, and may.
pub(crate) fn check_origin(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    // a proxy may change the host that we see, but not this
    if let Some(site) = text("sec-fetch-site")
        && site != "same-origin"
    {
        return Err(foreign("The browser says that another site's page made it."));
    }
    if text("sec-fetch-site").is_none()
        && let Some(origin) = text("origin")
    {
        let host = text(header::HOST.as_str()).unwrap_or_default();
        let of = origin.split_once("://").map_or("", |(_, authority)| authority);
        if host.is_empty() || !of.eq_ignore_ascii_case(host) {
            return Err(foreign("Its `Origin` is another host than the one that it was sent to."));
        }
    }
    Ok(())
}

fn foreign(detail: &str) -> Problem {
    Problem::new(Code::ForeignRequest, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(lines: &[(&'static str, &'static str)]) -> bool {
        let headers = lines
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        check_change(&Method::POST, &headers).is_ok()
    }

    #[test]
    fn only_our_own_pages_change_something() {
        let (mark, host) = ((MARK, "1"), ("host", "fleet.example:7400"));
        assert!(allowed(&[mark, host]));
        assert!(allowed(&[mark, host, ("origin", "http://fleet.example:7400")]));
        assert!(allowed(&[mark, ("host", "inner"), ("sec-fetch-site", "same-origin")]));
        for foreign in [
            &[host] as &[_],
            &[host, (MARK, "true")],
            &[mark, host, ("origin", "http://fleet.example")],
            &[mark, host, ("origin", "http://fleet.example:7401")],
            &[mark, host, ("origin", "null")],
            &[mark, ("origin", "http://fleet.example:7400")],
            &[mark, host, ("sec-fetch-site", "same-site")],
            &[mark, host, ("sec-fetch-site", "cross-site")],
            &[mark, host, ("sec-fetch-site", "none")],
            &[host, ("sec-fetch-site", "same-origin")],
        ] {
            assert!(!allowed(foreign), "{foreign:?}");
        }
        assert!(check_change(&Method::GET, &HeaderMap::new()).is_ok());
    }
}
