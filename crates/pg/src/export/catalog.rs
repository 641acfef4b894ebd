//! The catalogs' own OIDs: the same in every PostgreSQL, as they are fixed when it is built
//! (`src/include/catalog/pg_*.h`).

use sqlx::postgres::types::Oid;

/// Relations.
pub(super) const CLASS: Oid = Oid(1259);
/// Types.
pub(super) const TYPE: Oid = Oid(1247);
/// Functions.
pub(super) const PROC: Oid = Oid(1255);
/// Extended statistics.
pub(super) const STATISTIC_EXT: Oid = Oid(3381);
/// Default rights.
pub(super) const DEFAULT_ACL: Oid = Oid(826);
/// Defaults of columns.
pub(super) const ATTRDEF: Oid = Oid(2604);
/// Constraints.
pub(super) const CONSTRAINT: Oid = Oid(2606);
/// Schemas.
pub(super) const NAMESPACE: Oid = Oid(2615);
