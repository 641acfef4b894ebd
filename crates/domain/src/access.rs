//! Who may do what over HTTP: one table, a line for each route.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a token may do. Each role may do what the one before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Look at everything but tokens.
    Viewer,
    /// Also change institutions and their operations, and pause and run schedules.
    Operator,
    /// Also purge, templates, schedules and tokens.
    Admin,
}

/// What a route asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone who reaches the port.
    Public,
    /// A token with at least this role.
    AtLeast(Role),
}

/// A method and a path, and who may use it.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The HTTP method.
    pub method: &'static str,
    /// The path as the router writes it.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
}

const fn route(method: &'static str, path: &'static str, access: Access) -> Route {
    Route { method, path, access }
}

const PUBLIC: Access = Access::Public;
const VIEWER: Access = Access::AtLeast(Role::Viewer);
const OPERATOR: Access = Access::AtLeast(Role::Operator);
const ADMIN: Access = Access::AtLeast(Role::Admin);

/// Every route that the server has. A route without a line here is refused to everyone, and the
/// tests fail. What is at no route is the console's files, which are the same for everybody.
pub const ROUTES: &[Route] = &[
    route("GET", "/healthz", PUBLIC),
    route("GET", "/readyz", PUBLIC),
    route("GET", "/openapi.json", PUBLIC),
    route("GET", "/docs", PUBLIC),
    route("GET", "/docs/", PUBLIC),
    route("GET", "/docs/{*rest}", PUBLIC),
    route("GET", "/metrics", VIEWER),
    route("GET", "/api/admin/whoami", VIEWER),
    // whoever signs in says the token in the body
    route("POST", "/api/admin/session", PUBLIC),
    route("DELETE", "/api/admin/session", VIEWER),
    route("GET", "/api/admin/schemas", VIEWER),
    route("POST", "/api/admin/schemas", OPERATOR),
    route("GET", "/api/admin/schemas/rows", VIEWER),
    route("GET", "/api/admin/schemas/facets", VIEWER),
    route("GET", "/api/admin/schemas/{name}", VIEWER),
    route("GET", "/api/admin/schemas/{name}/usage", VIEWER),
    route("GET", "/api/admin/usage", VIEWER),
    route("GET", "/api/admin/usage/history", VIEWER),
    route("POST", "/api/admin/adoptions", ADMIN),
    // an operator may suspend, resume and undrop; the handler asks for an admin to purge, manage and
    // release
    route("PATCH", "/api/admin/schemas/{name}", OPERATOR),
    route("DELETE", "/api/admin/schemas/{name}", OPERATOR),
    route("GET", "/api/admin/schemas/{name}/credentials", VIEWER),
    route("POST", "/api/admin/schemas/{name}/credentials", OPERATOR),
    route("GET", "/api/admin/backups", VIEWER),
    route("POST", "/api/admin/backups", OPERATOR),
    route("GET", "/api/admin/backups/freshness", VIEWER),
    route("POST", "/api/admin/backups/verify", OPERATOR),
    // it makes institutions of other servers known here
    route("POST", "/api/admin/backups/import", ADMIN),
    route("GET", "/api/admin/backups/prune", VIEWER),
    route("POST", "/api/admin/backups/prune", OPERATOR),
    route("GET", "/api/admin/backups/{id}", VIEWER),
    route("PATCH", "/api/admin/backups/{id}", OPERATOR),
    route("POST", "/api/admin/backups/{id}/verify", OPERATOR),
    route("POST", "/api/admin/backups/{id}/restore", OPERATOR),
    route("GET", "/api/admin/drills", VIEWER),
    route("GET", "/api/admin/drills/export", VIEWER),
    route("GET", "/api/admin/schemas/{name}/backup-keys", VIEWER),
    route("DELETE", "/api/admin/schemas/{name}/backup-keys", ADMIN),
    route("POST", "/api/admin/backup-keys/rotate", ADMIN),
    route("GET", "/api/admin/schemas/{name}/copies", VIEWER),
    route("POST", "/api/admin/schemas/{name}/copies", OPERATOR),
    route("DELETE", "/api/admin/schemas/{name}/copies/{copy}", OPERATOR),
    route("POST", "/api/admin/schemas/{name}/copies/{copy}/swap", OPERATOR),
    // it shows keys of rows
    route("GET", "/api/admin/schemas/{name}/copies/{copy}/compare", OPERATOR),
    route("GET", "/api/admin/schedules", VIEWER),
    route("POST", "/api/admin/schedules", ADMIN),
    route("GET", "/api/admin/schedules/{name}", VIEWER),
    route("PATCH", "/api/admin/schedules/{name}", ADMIN),
    route("DELETE", "/api/admin/schedules/{name}", ADMIN),
    route("POST", "/api/admin/schedules/{name}/pause", OPERATOR),
    route("POST", "/api/admin/schedules/{name}/resume", OPERATOR),
    route("POST", "/api/admin/schedules/{name}/run", OPERATOR),
    route("GET", "/api/admin/schedules/{name}/slots", VIEWER),
    route("GET", "/api/admin/operations", VIEWER),
    route("GET", "/api/admin/operations/history", VIEWER),
    route("GET", "/api/admin/operations/{id}", VIEWER),
    route("POST", "/api/admin/operations/{id}/cancel", OPERATOR),
    route("POST", "/api/admin/operations/{id}/retry", OPERATOR),
    route("GET", "/api/admin/events", VIEWER),
    route("GET", "/api/admin/templates", VIEWER),
    route("POST", "/api/admin/templates", ADMIN),
    route("GET", "/api/admin/templates/{name}", VIEWER),
    route("GET", "/api/admin/templates/{name}/pool", VIEWER),
    route("PATCH", "/api/admin/templates/{name}/pool", ADMIN),
    route("GET", "/api/admin/plans", VIEWER),
    route("GET", "/api/admin/findings", VIEWER),
    route("GET", "/api/admin/audit", ADMIN),
    route("GET", "/api/admin/tokens", ADMIN),
    route("POST", "/api/admin/tokens", ADMIN),
    route("DELETE", "/api/admin/tokens/{id}", ADMIN),
    route("POST", "/api/admin/schemas/bulk", OPERATOR),
    route("POST", "/api/admin/schemas/import", OPERATOR),
    route("GET", "/api/admin/schemas/export", VIEWER),
];

/// Who may use a route; none when the table has no line for it.
pub fn access_of(method: &str, path: &str) -> Option<Access> {
    // HEAD is answered by the handler of GET
    let method = if method == "HEAD" { "GET" } else { method };
    ROUTES.iter().find(|route| route.method == method && route.path == path).map(|r| r.access)
}

impl Role {
    /// Every role, the weakest first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Admin];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| format!("`{text}` is not a role; there are viewer, operator and admin"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_grow() {
        assert!(Role::Admin > Role::Operator && Role::Operator > Role::Viewer);
    }

    #[test]
    fn a_route_has_one_line() {
        for (index, route) in ROUTES.iter().enumerate() {
            assert!(
                !ROUTES[index + 1..]
                    .iter()
                    .any(|r| r.method == route.method && r.path == route.path),
                "{} {}",
                route.method,
                route.path
            );
        }
        assert_eq!(access_of("GET", "/nowhere"), None);
    }
}
