//! STUB
/// STUB
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comparison {
    /// x
    pub pupil: bool,
}
/// STUB
/// # Errors
/// x
pub async fn compare(
    _: &url::Url,
    _: &tenantry_pg::sql::Ident,
    _: &tenantry_pg::sql::Ident,
    _: usize,
) -> Result<Comparison, tenantry_pg::PgError> {
    Ok(Comparison { pupil: false })
}
