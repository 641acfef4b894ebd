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
/// Operators.
pub(super) const OPERATOR: Oid = Oid(2617);
/// Operator classes.
pub(super) const OPCLASS: Oid = Oid(2616);
/// Operator families.
pub(super) const OPFAMILY: Oid = Oid(2753);
/// Collations.
pub(super) const COLLATION: Oid = Oid(3456);
/// Conversions.
pub(super) const CONVERSION: Oid = Oid(2607);
/// Parsers of text search.
pub(super) const TS_PARSER: Oid = Oid(3601);
/// Templates of text search.
pub(super) const TS_TEMPLATE: Oid = Oid(3764);
/// Dictionaries of text search.
pub(super) const TS_DICT: Oid = Oid(3600);
/// Configurations of text search.
pub(super) const TS_CONFIG: Oid = Oid(3602);
/// Views' and tables' rules.
pub(super) const REWRITE: Oid = Oid(2618);
/// No catalog's: a type that is only announced is the same row as the type.
pub(super) const SHELL: Oid = Oid(0);
