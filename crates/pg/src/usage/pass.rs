//! The size of every schema, by the sizes of the database's files: no lock, and nothing that a
//! session remembers. One session says which file belongs to whom, by one scan of `pg_class`, while
//! another lists the files.
//!
//! What is held here is 8 bytes for each file, of at most so many files at a time: a larger fleet
//! is done in several slices.

use futures::TryStreamExt;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgConnection, PgPool};
use tokio::pin;
use uuid::Uuid;

use super::Sampler;
use crate::error::PgError;

/// What a pass did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// How many schemas were measured.
    pub schemas: usize,
    /// How many files they have.
    pub files: usize,
}

/// Relations in one slice.
const SLICE: i64 = 4_000_000;

/// Files that are held while it is not yet known whose they are; then the server waits.
const HELD: usize = 1_000_000;

/// Schemas in one statement that writes sizes.
const CHUNK: usize = 1_000;

/// Kinds of files: of a table, of an index, of TOAST.
const KINDS: usize = 3;

/// Every file of a slice and whose it is, sorted by file number.
#[derive(Default)]
struct Owners {
    schemas: Vec<Uuid>,
    /// File number, and the place of its schema times the number of kinds, plus the kind.
    files: Vec<(u32, u32)>,
}

/// The sizes of a slice, kind by kind, in the order of [`Owners::schemas`].
type Sizes = Vec<[i64; KINDS]>;

impl Sampler {
    /// Whether this server lets us read the sizes of its files.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn may_read_files(&mut self) -> Result<bool, PgError> {
        Ok(sqlx::query_scalar(
            "select has_function_privilege('pg_ls_dir(text, boolean, boolean)', 'execute')
                and has_function_privilege('pg_stat_file(text, boolean)', 'execute')",
        )
        .fetch_one(&mut self.session)
        .await?)
    }

    /// Measures every schema by the files of the database.
    ///
    /// # Errors
    /// When the server cannot be asked or does not let us read the files; what was measured until
    /// then stays.
    pub async fn pass(&mut self) -> Result<Pass, PgError> {
        let mut lister = self.database.usage_session().await?;
        let began: f64 = sqlx::query_scalar("select extract(epoch from clock_timestamp())::float8")
            .fetch_one(&mut self.session)
            .await?;
        let relations: f64 = sqlx::query_scalar(
            "select greatest(reltuples, 0)::float8 from pg_class where oid = 'pg_class'::regclass",
        )
        .fetch_one(&mut self.session)
        .await?;
        let slices = relations as i64 / SLICE + 1;
        let mut all: Vec<(Uuid, [i64; KINDS])> = Vec::new();
        let mut files = 0;
        for slice in 0..slices {
            let (owners, sizes) =
                measure_slice(&mut self.session, &mut lister, slice, slices).await?;
            files += owners.files.len();
            add(&mut all, owners.schemas.into_iter().zip(sizes));
        }
        sqlx::Connection::close(lister).await?;
        write(self.database.pool(), &all, began).await?;
        Ok(Pass { schemas: all.len(), files })
    }
}

/// Sums of several slices; both sides are in the order of ids.
fn add(all: &mut Vec<(Uuid, [i64; KINDS])>, slice: impl Iterator<Item = (Uuid, [i64; KINDS])>) {
    all.extend(slice);
    all.sort_unstable_by_key(|(id, _)| *id);
    all.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            kept.1.iter_mut().zip(later.1).for_each(|(sum, bytes)| *sum += bytes);
        }
        same
    });
}

async fn measure_slice(
    mapper: &mut PgConnection,
    lister: &mut PgConnection,
    slice: i64,
    slices: i64,
) -> Result<(Owners, Sizes), PgError> {
    let directories = directories(lister).await?;
    let mut listing = sqlx::query_as::<_, (String, Option<i64>)>(
        // a file that is gone by then has no size
        "select f.name, (pg_stat_file(d.path || '/' || f.name, true)).size
         from unnest($1::text[]) as d(path), pg_ls_dir(d.path, true, false) as f(name)",
    )
    .bind(directories)
    .fetch(lister);
    let mapping = owners(mapper, slice, slices);
    pin!(mapping);
    // a file whose owner is not known yet waits here
    let mut held: Vec<(u32, i64)> = Vec::new();
    let mut listed = false;
    let owners = loop {
        tokio::select! {
            owners = &mut mapping => break owners?,
            next = listing.try_next(), if !listed && held.len() < HELD => match next? {
                Some(file) => held.extend(file_of(&file, slice, slices)),
                None => listed = true,
            },
        }
    };
    let mut sizes: Sizes = vec![[0; KINDS]; owners.schemas.len()];
    for file in held {
        owners.count(file, &mut sizes);
    }
    if !listed {
        while let Some(file) = listing.try_next().await? {
            if let Some(file) = file_of(&file, slice, slices) {
                owners.count(file, &mut sizes);
            }
        }
    }
    Ok((owners, sizes))
}

/// The directories of this database, one for each tablespace.
async fn directories(session: &mut PgConnection) -> Result<Vec<String>, PgError> {
    Ok(sqlx::query_scalar(
        "select case t.spcname when 'pg_default' then 'base/'
                  else format('pg_tblspc/%s/PG_%s_%s/', t.oid,
                              current_setting('server_version_num')::int / 10000,
                              (select catalog_version_no from pg_control_system())) end || d.oid
         from pg_tablespace t, pg_database d
         where d.datname = current_database() and t.spcname <> 'pg_global'",
    )
    .fetch_all(session)
    .await?)
}

/// The number and size of a file as the server lists it: `16384`, `16384.1` (its second GB),
/// `16384_fsm`. None for others, and for those of another slice.
fn file_of((name, size): &(String, Option<i64>), slice: i64, slices: i64) -> Option<(u32, i64)> {
    let digits = name.split(['.', '_']).next()?;
    let number: u32 = digits.parse().ok()?;
    (i64::from(number) % slices == slice).then_some((number, size.unwrap_or(0)))
}

/// Asks which file belongs to which schema. A TOAST table bears the number of its table in its name,
/// and so does its index.
async fn owners(session: &mut PgConnection, slice: i64, slices: i64) -> Result<Owners, PgError> {
    let mut rows = sqlx::query_as::<_, (Uuid, i32, Vec<Oid>)>(
        "select m.id, g.kind, g.files
         from (
           select coalesce(o.relnamespace, c.relnamespace) as namespace,
                  case when c.relnamespace = 'pg_toast'::regnamespace then 2
                       when c.relkind = 'i' then 1 else 0 end as kind,
                  array_agg(c.relfilenode) as files
           from pg_class c
           left join (select oid, relnamespace from pg_class where reltoastrelid <> 0) o
             on o.oid = case when c.relnamespace = 'pg_toast'::regnamespace
                          then nullif(split_part(c.relname::text, '_', 3), '')::oid end
           where c.relfilenode <> 0 and c.relkind in ('r', 'm', 'S', 'i', 't')
             and c.relpersistence <> 't' and c.relfilenode::int8 % $2 = $1
           group by 1, 2
         ) g
         join tenantry.schema_marker m on m.schema_oid = g.namespace
         order by m.id",
    )
    .bind(slice)
    .bind(slices)
    .fetch(session);
    let mut owners = Owners::default();
    while let Some((id, kind, files)) = rows.try_next().await? {
        if owners.schemas.last() != Some(&id) {
            owners.schemas.push(id);
        }
        let place = (owners.schemas.len() - 1) * KINDS + kind as usize;
        // a fleet has fewer schemas than this number has values
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        owners.files.extend(files.into_iter().map(|file| (file.0, place)));
    }
    owners.files.sort_unstable();
    Ok(owners)
}

impl Owners {
    fn count(&self, (number, size): (u32, i64), sizes: &mut Sizes) {
        if let Ok(at) = self.files.binary_search_by_key(&number, |(file, _)| *file) {
            let place = self.files[at].1 as usize;
            sizes[place / KINDS][place % KINDS] += size;
        }
    }
}

async fn write(pool: &PgPool, all: &[(Uuid, [i64; KINDS])], began: f64) -> Result<(), PgError> {
    for chunk in all.chunks(CHUNK) {
        let ids: Vec<Uuid> = chunk.iter().map(|(id, _)| *id).collect();
        let of = |kind: usize| -> Vec<i64> { chunk.iter().map(|(_, sizes)| sizes[kind]).collect() };
        sqlx::query("select tenantry.note_sizes($1, $2, $3, $4, to_timestamp($5))")
            .bind(ids)
            .bind(of(0))
            .bind(of(1))
            .bind(of(2))
            .bind(began)
            .execute(pool)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_by_its_name() {
        let file = |name: &str| file_of(&(name.to_owned(), Some(8192)), 0, 1);
        assert_eq!(file("16384"), Some((16384, 8192)));
        assert_eq!(file("16384.2"), Some((16384, 8192)));
        assert_eq!(file("16384_fsm"), Some((16384, 8192)));
        for other in ["PG_VERSION", "pg_internal.init", "t3_16384", "", "99999999999"] {
            assert_eq!(file(other), None, "{other}");
        }
        assert_eq!(file_of(&("7".into(), None), 1, 2), Some((7, 0)), "gone before it was measured");
        assert_eq!(file_of(&("8".into(), Some(1)), 1, 2), None, "of another slice");
    }

    #[test]
    fn slices_add_up() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut all = vec![(a, [1, 2, 3])];
        add(&mut all, [(a, [10, 20, 30]), (b, [1, 1, 1])].into_iter());
        assert_eq!(all, [(a, [11, 22, 33]), (b, [1, 1, 1])]);
    }
}
