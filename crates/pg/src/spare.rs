//! Spares: schemas that are furnished ahead from a template's version and belong to no institution
//! yet. `make_schema` claims them; here they are made, counted and dropped.

use uuid::Uuid;

use crate::database::ManagedDatabase;
use crate::error::PgError;
use crate::fence::Fence;
use crate::guard::brief;

/// How many spares of a template's version are ready.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SpareCount {
    /// The template's name.
    pub template: String,
    /// The template's version.
    pub version: i32,
    /// How many can be claimed.
    pub ready: i64,
    /// How many cannot, because their schema or role was changed by hand.
    pub broken: i64,
}

impl ManagedDatabase {
    /// Makes a spare in one transaction; one with that id that is there stays as it is.
    ///
    /// # Errors
    /// `TemplateMissing` when there is no such version or it has no spares; `Fenced` when a later
    /// operation works on this template's spares; or what the script ran into.
    pub async fn make_spare(
        &self,
        id: Uuid,
        template: &str,
        version: i32,
        fence: Fence,
    ) -> Result<(), PgError> {
        let call = sqlx::query("select tenantry.make_spare($1, $2, $3, $4, $5)")
            .bind(id)
            .bind(template)
            .bind(version)
            .bind(fence.operation)
            .bind(fence.generation)
            .execute(self.pool());
        self.guarded(fence, call).await?;
        Ok(())
    }

    /// Drops a spare; one that is claimed or being claimed is left alone.
    ///
    /// # Errors
    /// `Fenced`, or a lock that was not to be had in time.
    pub async fn drop_spare(&self, id: Uuid, fence: Fence) -> Result<(), PgError> {
        let call = sqlx::query("select tenantry.drop_spare($1, $2, $3)")
            .bind(id)
            .bind(fence.operation)
            .bind(fence.generation)
            .execute(self.pool());
        self.guarded(fence, call).await?;
        Ok(())
    }

    /// The spares of every version of every template, or of one template.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn spares(&self, template: Option<&str>) -> Result<Vec<SpareCount>, PgError> {
        brief(
            sqlx::query_as(
                "select template, version, count(*) filter (where tenantry.spare_is_whole(s)) as ready,
                        count(*) filter (where not tenantry.spare_is_whole(s)) as broken
                 from tenantry.spare s where $1::text is null or template = $1
                 group by 1, 2 order by 1, 2 desc",
            )
            .bind(template)
            .fetch_all(self.pool()),
        )
        .await
    }

    /// The spares of a template that are of no use any more when `version` is its newest and `keep`
    /// of that are wanted: those of older versions, those that were changed by hand, those too many.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn useless_spares(
        &self,
        template: &str,
        version: i32,
        keep: i32,
    ) -> Result<Vec<Uuid>, PgError> {
        brief(
            sqlx::query_scalar(
                "select id
                 from (select s.id, s.version, tenantry.spare_is_whole(s) as whole,
                              row_number() over (partition by s.version order by s.made_at) as place
                       from tenantry.spare s where s.template = $1) spares
                 where version < $2 or not whole or version = $2 and place > $3
                 order by place desc",
            )
            .bind(template)
            .bind(version)
            .bind(keep)
            .fetch_all(self.pool()),
        )
        .await
    }
}
